// The types that the texts of the package @opentelemetry/semantic-conventions don't tell apart: its examples of a whole
// number, of a fraction and of a text with digits look the same, and a boolean often has no example. These are the
// types of the registry. An attribute that is in no list here, and whose examples are only digits, has no known type.
// https://opentelemetry.io/docs/specs/semconv/registry/attributes/

const listed = (text: string): readonly string[] => text.trim().split(/\s+/);

export const INTEGERS = listed(`
  app.jank.frame_count app.screen.coordinate.x app.screen.coordinate.y
  aws.dynamodb.count aws.dynamodb.limit aws.dynamodb.scanned_count aws.dynamodb.segment aws.dynamodb.table_count
  aws.dynamodb.total_segments aws.s3.part_number azure.cosmosdb.request.body.size
  azure.cosmosdb.response.sub_status_code cassandra.page.size cassandra.speculative_execution.count
  client.port code.column.number code.line.number cpu.logical_number db.operation.batch.size db.response.returned_rows
  destination.port faas.max_memory file.size gcp.cloud_run.job.task_index host.cpu.cache.l2.size
  http.request.body.size http.request.resend_count http.request.size http.response.body.size http.response.size
  http.response.status_code k8s.container.restart_count kafka.offset messaging.batch.message_count
  messaging.message.body.size messaging.message.envelope.size network.local.port network.peer.port
  onc_rpc.procedure.number onc_rpc.version process.args_count process.exit.code process.group_leader.pid
  process.parent_pid process.pid process.real_user.id process.saved_user.id process.session_leader.pid process.user.id
  process.vpid server.port source.port thread.id url.port
`);

export const FRACTIONS = listed(`
  app.jank.period app.jank.threshold aws.dynamodb.provisioned_read_capacity aws.dynamodb.provisioned_write_capacity
  azure.cosmosdb.operation.request_charge browser.web_vital.delta browser.web_vital.value geo.location.lat
  geo.location.lon
`);

export const BOOLEANS = listed(`
  aspnetcore.sign_in.is_persistent aws.dynamodb.consistent_read aws.dynamodb.scan_forward browser.mobile
  cassandra.query.idempotent faas.coldstart jvm.thread.daemon kafka.message.tombstone
  messaging.destination.anonymous messaging.destination.temporary pprof.location.is_folded
  pprof.mapping.has_filenames pprof.mapping.has_functions pprof.mapping.has_inline_frames
  pprof.mapping.has_line_numbers process.interactive
`);

/** Texts whose examples in the package look like something else: only digits, a word such as true, or a list. */
export const TEXTS = listed(`
  android.os.api_level artifact.attestation.id aws.ecs.task.revision cicd.pipeline.run.id cicd.pipeline.task.run.id
  cloudfoundry.app.instance.id deployment.id file.group.id file.inode file.mode file.owner.id geo.postal_code
  host.image.version hw.bios_version hw.firmware_version jsonrpc.protocol.version k8s.pod.ip k8s.service.annotation.*
  log.record.original network.protocol.version
  os.version otel.scope.version security_rule.version telemetry.distro.version telemetry.sdk.version
  tls.protocol.version url.domain user_agent.os.version user_agent.version vcs.change.id vcs.change.title
  webengine.version
`);

/** Attributes that may have a value of any type, although their examples are all texts or all booleans. */
export const ANY = listed(
  'feature_flag.result.value feature_flag.result.variant http.request.body.content http.response.body.content',
);
