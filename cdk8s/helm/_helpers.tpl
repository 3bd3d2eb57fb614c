{{/* The operations of cdk8s/lab/compute.ts that need several of Helm's functions. Each template takes its */}}
{{/* arguments as one list. Comments write arguments in capitals. */}}

{{/* Merges the Collector components TOP into BASE, as JSON. A setting of TOP replaces the same setting of BASE. */}}
{{/* Arguments: list BASE TOP. */}}
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

{{/* Adds SETTINGS to each component whose name starts with PREFIX, as JSON. A setting that the component already */}}
{{/* has stays as it is. Arguments: list COMPONENTS PREFIX SETTINGS. */}}
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

{{/* Prints the Collector components as a YAML mapping, one line per setting. */}}
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

{{/* Returns NAMES as JSON. Fails if COMPONENTS lacks one of them, with a message that contains PATH. */}}
{{/* Arguments: list PATH NAMES COMPONENTS. */}}
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

{{/* Prints environment variables, sorted by name. A variable of THEIRS replaces the variable of OWN with the */}}
{{/* same name. Arguments: list OWN THEIRS. */}}
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

{{/* Prints the labels of an object. Arguments: list ROOT COMPONENT VERSION. */}}
{{- define "intro-otel.labels" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: intro-otel
app.kubernetes.io/instance: {{ $root.Release.Name | quote }}
app.kubernetes.io/component: {{ index . 1 }}
app.kubernetes.io/part-of: intro-otel
app.kubernetes.io/version: {{ index . 2 | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service | quote }}
{{- end -}}

{{/* Prints a key of a ConfigMap with its text as a readable block. toYaml changes a text that has uncommon */}}
{{/* characters, or blank lines at either end, so this template prints such a text as a quoted string. */}}
{{/* Arguments: list KEY TEXT. */}}
{{- define "intro-otel.entry" -}}
{{- $common := index . 1 | replace "\n" "" | replace "\t" "" | regexMatch "\\A[\\pL\\pM\\pN\\pP\\pS\\p{Zs}]*\\z" -}}
{{- if and $common (index . 1 | regexMatch "(?s)\\A\\S(.*\\S)?\n\\z") -}}
{{ dict (index . 0) (index . 1) | toYaml }}
{{- else -}}
{{ index . 0 | quote }}: {{ index . 1 | quote }}
{{- end -}}
{{- end -}}

{{/* Returns the text of a learner's file from the values, or else the default text. The first line of a default */}}
{{/* says that the file is generated. This template removes that line. Arguments: list ROOT FILE. */}}
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

{{/* Returns the text of a learner's file for the ConfigMap. An upgrade keeps the learner's edit, unless the */}}
{{/* values contain the file. Arguments: list ROOT FILE. */}}
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

{{/* Returns the release that owns an object, as namespace/name. */}}
{{- define "intro-otel.releaseOf" -}}
{{- $annotations := dig "metadata" "annotations" dict . -}}
{{- printf "%s/%s" (get $annotations "meta.helm.sh/release-namespace") (get $annotations "meta.helm.sh/release-name") -}}
{{- end -}}

{{/* Returns the release that installed the cluster's operator, as namespace/name. Empty if this release installs */}}
{{/* the operator. */}}
{{- define "intro-otel.operatedBy" -}}
{{- $role := lookup "rbac.authorization.k8s.io/v1" "ClusterRole" "" "intro-otel-operator" -}}
{{- if $role -}}
{{- $by := include "intro-otel.releaseOf" $role -}}
{{- if ne $by (printf "%s/%s" .Release.Namespace .Release.Name) }}{{ $by }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* Returns true if this release installs the cluster's operator. Arguments: list ROOT ENABLED. */}}
{{- define "intro-otel.operates" -}}
{{- if index . 1 -}}
{{- if not (include "intro-otel.operatedBy" (index . 0)) }}true{{ end -}}
{{- end -}}
{{- end -}}

{{/* Returns true if this release installs the CustomResourceDefinition NAME. Helm can't take over a definition */}}
{{/* that another release left behind, so the operator updates such a definition. */}}
{{/* Arguments: list ROOT ENABLED NAME. */}}
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

{{/* Fails if the names of this release's Services would not be valid. Helm allows more names than a Service does. */}}
{{/* https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#rfc-1035-label-names */}}
{{- define "intro-otel.checkReleaseName" -}}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" .Release.Name) -}}
{{- fail (printf "Expected a release name that starts with a letter and has only lower-case letters, digits and hyphens, because Services are named after it. Found %s. Use another name, such as otel-101." .Release.Name) -}}
{{- end -}}
{{- end -}}
