{{/* The operations of cdk8s/lab/compute.ts that need more than one of Helm's functions. Each takes its arguments as a list. */}}

{{/* The components of both: list BASE TOP, as JSON. Each setting of TOP wins over the same setting of BASE. */}}
{{- define "intro-otel.overlay" -}}
{{- $components := dict -}}
{{- range $layer := . -}}
{{- range $name, $settings := $layer -}}
{{- if not (hasKey $components $name) }}{{ $_ := set $components $name dict }}{{ end -}}
{{- range $key, $value := $settings }}{{ $_ := set (get $components $name) $key $value }}{{ end -}}
{{- end -}}
{{- end -}}
{{- toJson $components -}}
{{- end -}}

{{/* Adds the settings to components whose name starts with PREFIX, unless they have them: list COMPONENTS PREFIX SETTINGS, as JSON. */}}
{{- define "intro-otel.complete" -}}
{{- $components := deepCopy (index . 0) -}}
{{- $prefix := index . 1 -}}
{{- range $key, $value := index . 2 -}}
{{- range $name, $settings := $components -}}
{{- if and (hasPrefix $prefix $name) (not (hasKey $settings $key)) }}{{ $_ := set $settings $key $value }}{{ end -}}
{{- end -}}
{{- end -}}
{{- toJson $components -}}
{{- end -}}

{{/* A YAML mapping of the components, one line per setting. */}}
{{- define "intro-otel.componentLines" -}}
{{- range $name, $settings := . }}
{{- printf "  %s:" (toJson $name) }}
{{- range $key, $value := $settings }}
{{- printf "\n    %s: %s" (toJson $key) (toJson $value) }}
{{- else }}
{{- " {}" }}
{{- end }}
{{- "\n" }}
{{- end }}
{{- end -}}

{{/* The names, after checking that each is defined: list PATH NAMES COMPONENTS, as JSON. */}}
{{- define "intro-otel.defined" -}}
{{- $path := index . 0 -}}
{{- $components := index . 2 -}}
{{- range $name := index . 1 -}}
{{- if not (hasKey $components $name) -}}
{{- fail (printf "%s names %s, which is not defined. Use one of: %s; or define it." $path (toJson $name) (keys $components | sortAlpha | join ", ")) -}}
{{- end -}}
{{- end -}}
{{- toJson (index . 1) -}}
{{- end -}}

{{/* Variables sorted by name: list OWN THEIRS. THEIRS win. */}}
{{- define "intro-otel.env" -}}
{{- $env := index . 0 -}}
{{- range $name, $value := index . 1 -}}
{{- $_ := set $env $name (kindIs "string" $value | ternary $value (toJson $value)) -}}
{{- end -}}
{{- range $name, $value := $env }}
- name: {{ $name | quote }}
  value: {{ $value | quote }}
{{- end -}}
{{- end -}}

{{/* The labels of an object: list ROOT COMPONENT VERSION. */}}
{{- define "intro-otel.labels" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: intro-otel
app.kubernetes.io/instance: {{ $root.Release.Name | quote }}
app.kubernetes.io/component: {{ index . 1 }}
app.kubernetes.io/part-of: intro-otel
app.kubernetes.io/version: {{ index . 2 | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service | quote }}
{{- end -}}

{{/* A ConfigMap's entry: list KEY TEXT. It is a readable block, or a quoted string where toYaml would change the text: */}}
{{/* with uncommon characters, or blank lines at either end. */}}
{{- define "intro-otel.entry" -}}
{{- $common := index . 1 | replace "\n" "" | replace "\t" "" | regexMatch "\\A[\\pL\\pM\\pN\\pP\\pS\\p{Zs}]*\\z" -}}
{{- if and $common (index . 1 | regexMatch "(?s)\\A\\S(.*\\S)?\n\\z") -}}
{{ dict (index . 0) (index . 1) | toYaml }}
{{- else -}}
{{ index . 0 | quote }}: {{ index . 1 | quote }}
{{- end -}}
{{- end -}}

{{/* A learner's file as the values give it, or its default: list ROOT FILE. A default's first line says that the file is generated. */}}
{{- define "intro-otel.own.given" -}}
{{- $root := index . 0 -}}
{{- $file := index . 1 -}}
{{- $values := $root.Values -}}
{{- $given := get (dict "app.ts" $values.dice.source "settings.env" $values.dice.settings "collector.yaml" $values.collector.own) $file -}}
{{- if $given -}}
{{- $given -}}
{{- else -}}
{{- $default := and (eq $file "app.ts") (eq $values.instrumentation "manual") | ternary "app.manual.ts" $file -}}
{{- regexReplaceAll "\\A[^\n]*\n" ($root.Files.Get (printf "files/dice/%s" $default)) "" -}}
{{- end -}}
{{- end -}}

{{/* A learner's file for the ConfigMap: list ROOT FILE. An upgrade keeps the learner's edit unless the values give a file. */}}
{{- define "intro-otel.own.current" -}}
{{- $root := index . 0 -}}
{{- $file := index . 1 -}}
{{- $values := $root.Values -}}
{{- $given := get (dict "app.ts" $values.dice.source "settings.env" $values.dice.settings "collector.yaml" $values.collector.own) $file -}}
{{- $annotation := get (dict "app.ts" "given" "settings.env" "given-settings" "collector.yaml" "given-collector") $file -}}
{{- $live := lookup "v1" "ConfigMap" $root.Release.Namespace (printf "%s-dice" $root.Release.Name) | default dict -}}
{{- $before := dig "metadata" "annotations" (printf "intro-otel.dev/%s-sha256" $annotation) "" $live -}}
{{- $text := dig "data" $file "" $live -}}
{{- if and $text $before (not $given) (ne $before (sha256sum $text)) -}}
{{- $text -}}
{{- else -}}
{{- include "intro-otel.own.given" . -}}
{{- end -}}
{{- end -}}

{{/* The release that owns an object, as namespace/name. */}}
{{- define "intro-otel.releaseOf" -}}
{{- $annotations := dig "metadata" "annotations" dict . -}}
{{- printf "%s/%s" (get $annotations "meta.helm.sh/release-namespace") (get $annotations "meta.helm.sh/release-name") -}}
{{- end -}}

{{/* The other release that brought the cluster's operator, as namespace/name. Empty without one. */}}
{{- define "intro-otel.operatedBy" -}}
{{- $role := lookup "rbac.authorization.k8s.io/v1" "ClusterRole" "" "intro-otel-operator" -}}
{{- if $role -}}
{{- $by := include "intro-otel.releaseOf" $role -}}
{{- if ne $by (printf "%s/%s" .Release.Namespace .Release.Name) }}{{ $by }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* Whether this release operates the cluster's workshops: list ROOT ENABLED. */}}
{{- define "intro-otel.operates" -}}
{{- if index . 1 -}}
{{- if not (include "intro-otel.operatedBy" (index . 0)) }}true{{ end -}}
{{- end -}}
{{- end -}}

{{/* Whether this release installs a CustomResourceDefinition: list ROOT ENABLED NAME. Helm refuses to take over one that */}}
{{/* another release left behind, so the operator updates that one. */}}
{{- define "intro-otel.defines" -}}
{{- $root := index . 0 -}}
{{- if include "intro-otel.operates" . -}}
{{- $found := lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" (index . 2) -}}
{{- if not $found -}}
true
{{- else if eq (include "intro-otel.releaseOf" $found) (printf "%s/%s" $root.Release.Namespace $root.Release.Name) -}}
true
{{- end -}}
{{- end -}}
{{- end -}}
