{{- /* Generated from cdk8s/ by `npm run generate`; change it there. */ -}}
{{- define "intro-otel.exporters" -}}
{{ toJson (include "intro-otel.complete" (list (include "intro-otel.overlay" (list (include "intro-otel.overlay" (list (dict
  "debug" (dict
    "verbosity" "basic")
  "otlp_http/jaeger" (dict
    "endpoint" (printf "http://%s-jaeger:4318" .Release.Name)
    "compression" "none"
    "timeout" "5s")
  "otlphttp/jaeger" (dict
    "endpoint" (printf "http://%s-jaeger:4318" .Release.Name)
    "compression" "none"
    "timeout" "5s")
  "otlp_http/guide" (dict
    "endpoint" (printf "http://%s-guide-otlp:4318" .Release.Name)
    "compression" "none"
    "timeout" "5s"
    "encoding" "json")) ((ternary (dict
  "otlp_http/prometheus" (dict
    "endpoint" (printf "http://%s-prometheus:9090/api/v1/otlp" .Release.Name)
    "compression" "none"
    "timeout" "5s"
    "sending_queue" (dict
      "enabled" true
      "sizer" "bytes"
      "queue_size" 4194304
      "num_consumers" 1))) dict .Values.prometheus.enabled))) | fromJson) .Values.collector.exporters) | fromJson) "otlp" (dict
  "sending_queue" (dict
    "enabled" true
    "sizer" "bytes"
    "queue_size" 4194304
    "num_consumers" 2)
  "retry_on_failure" (dict
    "enabled" true
    "initial_interval" "1s"
    "max_interval" "5s"
    "max_elapsed_time" "30s"))) | fromJson) }}{{ end }}

{{- define "intro-otel.processors" -}}
{{ toJson (include "intro-otel.overlay" (list (include "intro-otel.overlay" (list (dict
  "memory_limiter" (dict
    "check_interval" "1s"
    "limit_percentage" 75
    "spike_limit_percentage" 20)
  "k8sattributes" (dict
    "auth_type" "serviceAccount"
    "filter" (dict
      "namespace" "${env:POD_NAMESPACE}")
    "extract" (dict
      "metadata" (list "k8s.namespace.name" "k8s.pod.name" "k8s.pod.uid" "k8s.deployment.name" "k8s.node.name")
      "deployment_name_from_replicaset" true)
    "pod_association" (list (dict
      "sources" (list (dict
        "from" "resource_attribute"
        "name" "k8s.pod.name"))) (dict
      "sources" (list (dict
        "from" "connection")))))
  "batch" (dict
    "timeout" "200ms"
    "send_batch_size" 512
    "send_batch_max_size" 1024)
  "transform/red" (dict
    "error_mode" "ignore"
    "trace_statements" (list "set(span.attributes[\"http.response.status_code\"], \"4xx\") where IsMatch(span.attributes[\"http.response.status_code\"], \"^4[0-9][0-9]$$\") and not IsMatch(span.attributes[\"http.response.status_code\"], \"^(4(0[0-9]|1[0-8]|2[1-6]|2[89]|31|51)|5(0[0-8]|1[01]))$$\")" "set(span.attributes[\"http.response.status_code\"], \"5xx\") where IsMatch(span.attributes[\"http.response.status_code\"], \"^5[0-9][0-9]$$\") and not IsMatch(span.attributes[\"http.response.status_code\"], \"^(4(0[0-9]|1[0-8]|2[1-6]|2[89]|31|51)|5(0[0-8]|1[01]))$$\")" "delete_key(span.attributes, \"http.response.status_code\") where not IsMatch(span.attributes[\"http.response.status_code\"], \"^[45]([0-9][0-9]|xx)$$\")" "delete_key(span.attributes, \"http.response.status_code\") where not (span.kind == SPAN_KIND_SERVER or span.kind == SPAN_KIND_CONSUMER or span.kind == SPAN_KIND_INTERNAL)" "set(span.status.code, STATUS_CODE_ERROR) where span.attributes[\"http.response.status_code\"] != nil")
    "metric_statements" (list "keep_keys(resource.attributes, [\"service.name\"])"))) ((ternary (dict
  "transform/prometheus" (dict
    "metric_statements" (list "replace_all_patterns(datapoint.attributes, \"key\", \"[.]\", \"_\")" "set(datapoint.attributes[\"service_name\"], resource.attributes[\"service.name\"])" "set(metric.name, \"red_calls\") where metric.name == \"red.calls\"" "set(metric.name, \"red_duration\") where metric.name == \"red.duration\"" "set(metric.name, \"monitor_calls\") where metric.name == \"monitor.calls\"" "set(metric.name, \"monitor_duration\") where metric.name == \"monitor.duration\""))) dict .Values.prometheus.enabled))) | fromJson) .Values.collector.processors) | fromJson) }}{{ end }}

{{- define "intro-otel.collector-config" -}}
extensions:
  health_check:
    endpoint: "[${env:POD_IP}]:13133"
receivers:
  otlp:
    protocols:
      grpc:
        endpoint: "[${env:POD_IP}]:4317"
      http:
        endpoint: "[${env:POD_IP}]:4318"
  otlp/loopback:
    protocols:
      grpc:
        endpoint: 127.0.0.1:4317
      http:
        endpoint: 127.0.0.1:4318
processors:
{{ include "intro-otel.componentLines" (include "intro-otel.processors" . | fromJson) }}exporters:
{{ include "intro-otel.componentLines" (include "intro-otel.exporters" . | fromJson) }}connectors:
  spanmetrics/red:
    namespace: red
    dimensions: [{ name: http.response.status_code }]
    exclude_dimensions: [span.name]
    histogram:
      unit: ms
      explicit:
        buckets: [2ms, 5ms, 10ms, 25ms, 50ms, 100ms, 200ms, 350ms, 500ms, 750ms, 1000ms, 2500ms]
    exemplars: { enabled: true, max_per_data_point: 3 }
    metrics_flush_interval: 5s
    metrics_expiration: 15m
    aggregation_cardinality_limit: 150
    resource_metrics_cache_size: 50
    # Counts go on when a pod is replaced.
    resource_metrics_key_attributes: [service.name]
{{ (ternary "  spanmetrics/monitor:\n    namespace: monitor\n    dimensions: [{ name: http.response.status_code }]\n    exclude_dimensions: []\n    histogram:\n      unit: ms\n      explicit:\n        buckets: [2ms, 5ms, 10ms, 25ms, 50ms, 100ms, 200ms, 350ms, 500ms, 750ms, 1000ms, 2500ms]\n    exemplars: { enabled: false }\n    metrics_flush_interval: 5s\n    metrics_expiration: 15m\n    aggregation_cardinality_limit: 100\n    resource_metrics_cache_size: 50\n    # Counts go on when a pod is replaced.\n    resource_metrics_key_attributes: [service.name]\n" "" .Values.prometheus.enabled) }}service:
  extensions: [health_check]
  telemetry:
    # Without these attributes, log lines are shorter.
    resource:
      service.name:
      service.version:
      service.instance.id:
    logs:
      disable_stacktrace: true
    metrics:
      level: basic
      # The guide reads here what the Collector has dropped.
      readers:
        - pull:
            exporter:
              prometheus: { host: "[${env:POD_IP}]", port: 8888, without_scope_info: true }
  pipelines:
    traces:
      receivers: [otlp, otlp/loopback]
      processors: {{ toJson (concat (list "memory_limiter" "k8sattributes") (include "intro-otel.defined" (list "collector.pipelines.traces.processors" .Values.collector.pipelines.traces.processors (include "intro-otel.processors" . | fromJson)) | fromJsonArray) (list "batch") | uniq) }}
      exporters: {{ toJson (concat (include "intro-otel.defined" (list "collector.pipelines.traces.exporters" .Values.collector.pipelines.traces.exporters (include "intro-otel.exporters" . | fromJson)) | fromJsonArray) | uniq) }}
    metrics:
      receivers: [otlp, otlp/loopback]
      processors: {{ toJson (concat (list "memory_limiter" "k8sattributes") (include "intro-otel.defined" (list "collector.pipelines.metrics.processors" .Values.collector.pipelines.metrics.processors (include "intro-otel.processors" . | fromJson)) | fromJsonArray) (list "batch") | uniq) }}
      exporters: {{ toJson (concat (include "intro-otel.defined" (list "collector.pipelines.metrics.exporters" .Values.collector.pipelines.metrics.exporters (include "intro-otel.exporters" . | fromJson)) | fromJsonArray) ((ternary (list "otlp_http/prometheus") (list) .Values.prometheus.enabled)) | uniq) }}
    logs:
      receivers: [otlp, otlp/loopback]
      processors: {{ toJson (concat (list "memory_limiter" "k8sattributes") (include "intro-otel.defined" (list "collector.pipelines.logs.processors" .Values.collector.pipelines.logs.processors (include "intro-otel.processors" . | fromJson)) | fromJsonArray) (list "batch") | uniq) }}
      exporters: {{ toJson (concat (include "intro-otel.defined" (list "collector.pipelines.logs.exporters" .Values.collector.pipelines.logs.exporters (include "intro-otel.exporters" . | fromJson)) | fromJsonArray) | uniq) }}
    traces/red:
      receivers: [otlp, otlp/loopback]
      processors: [memory_limiter, transform/red]
      exporters: [spanmetrics/red]
    metrics/red:
      receivers: [spanmetrics/red]
      processors: [transform/red]
      exporters: [otlp_http/guide]
{{ (ternary "    traces/monitor:\n      receivers: [otlp, otlp/loopback]\n      processors: [memory_limiter]\n      exporters: [spanmetrics/monitor]\n" "" .Values.prometheus.enabled) }}{{ (ternary "    metrics/prometheus:\n      receivers: [spanmetrics/red, spanmetrics/monitor]\n      processors: [transform/red, transform/prometheus]\n      exporters: [otlp_http/prometheus]\n" "" .Values.prometheus.enabled) }}{{ end }}

{{- define "intro-otel.jaeger-config" -}}
extensions:
  jaeger_storage:
    backends:
      memory:
        memory:
          max_traces: {{ (.Values.jaeger.maxTraces | int) | toString }}
{{ (ternary (printf "    metric_backends:\n      prometheus:\n        prometheus:\n          endpoint: http://%s-prometheus:9090\n          metric_namespace: monitor\n          latency_unit: ms\n          normalize_calls: false\n          normalize_duration: false\n" .Release.Name) "" .Values.prometheus.enabled) }}  jaeger_query:
    storage:
      traces: memory
{{ (ternary "      metrics: prometheus\n" "" .Values.prometheus.enabled) }}    base_path: /jaeger
    # Jaeger's own traces would replace the lab's traces in its memory.
    enable_tracing: false
    http:
      endpoint: "[${env:POD_IP}]:16686"
    grpc:
      endpoint: 127.0.0.1:16685
  jaeger_query/loopback:
    storage:
      traces: memory
{{ (ternary "      metrics: prometheus\n" "" .Values.prometheus.enabled) }}    base_path: /jaeger
    # Jaeger's own traces would replace the lab's traces in its memory.
    enable_tracing: false
    http:
      endpoint: 127.0.0.1:16686
    grpc:
      endpoint: 127.0.0.1:16687
  healthcheckv2:
    use_v2: true
    http:
      endpoint: "[${env:POD_IP}]:13133"
      status:
        enabled: true
        path: /status
receivers:
  otlp:
    protocols:
      grpc:
        endpoint: "[${env:POD_IP}]:4317"
      http:
        endpoint: "[${env:POD_IP}]:4318"
  otlp/loopback:
    protocols:
      grpc:
        endpoint: 127.0.0.1:4317
      http:
        endpoint: 127.0.0.1:4318
processors:
  # OTLP allows no id of zeros. After such a trace, a search would find no older one.
  filter/ids:
    error_mode: ignore
    traces:
      span:
        - trace_id == TraceID(0x00000000000000000000000000000000)
exporters:
  jaeger_storage_exporter:
    trace_storage: memory
service:
  extensions: [jaeger_storage, jaeger_query, jaeger_query/loopback, healthcheckv2]
  telemetry:
    metrics:
      level: none
  pipelines:
    traces:
      receivers: [otlp, otlp/loopback]
      processors: [filter/ids]
      exporters: [jaeger_storage_exporter]
{{ end }}

{{- define "intro-otel.prometheus-config" -}}
otlp:
  # Metrics keep the names that the apps give them.
  translation_strategy: NoTranslation
  promote_resource_attributes: [service.name, k8s.pod.name]
storage:
  tsdb:
    # The Collector may send an export again after the next one.
    out_of_order_time_window: 1m
    retention:
      time: {{ .Values.prometheus.retention.time }}
      size: {{ .Values.prometheus.retention.size }}
  exemplars:
    max_exemplars: 10000
{{ end }}
