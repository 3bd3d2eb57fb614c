// helm test: one real span in at the Collector, and back out of Jaeger.
