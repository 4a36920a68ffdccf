{{/* Names and labels. */}}

{{- define "masa-madre.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* 40 characters, so that what Kubernetes appends to names of pods and revisions fits into 63. */}}
{{- define "masa-madre.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- default $full .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "masa-madre.secretName" -}}
{{- default (include "masa-madre.fullname" .) .Values.secret.existing -}}
{{- end -}}

{{/* The label that tells the Jobs of one release from those of another; see CLONE_JOB_INSTANCE. */}}
{{- define "masa-madre.instance" -}}
{{- .Release.Name -}}
{{- end -}}

{{/* The labels that select a component's pods. Takes (list $ component). */}}
{{- define "masa-madre.selector" -}}
{{- $root := first . -}}
app.kubernetes.io/name: {{ include "masa-madre.name" $root }}
app.kubernetes.io/instance: {{ include "masa-madre.instance" $root }}
app.kubernetes.io/component: {{ last . }}
{{- end -}}

{{/* Labels of an object. Takes (list $ component). */}}
{{- define "masa-madre.labels" -}}
{{- $root := first . -}}
{{ include "masa-madre.selector" . }}
app.kubernetes.io/part-of: masa-madre
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- with $root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The metadata of an object. Takes a dict: root, name, component, annotations (optional), labels (optional). */}}
{{- define "masa-madre.metadata" -}}
name: {{ .name }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- merge (dict) (default dict .labels) (include "masa-madre.labels" (list .root .component) | fromYaml) | toYaml | nindent 2 }}
{{- with merge (dict) (default dict .annotations) .root.Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* The image of all roles, by its digest where there is one. */}}
{{- define "masa-madre.image" -}}
{{- $image := .Values.image -}}
{{- if $image.digest -}}
{{ $image.repository }}@{{ $image.digest }}
{{- else -}}
{{ $image.repository }}:{{ default .Chart.AppVersion $image.tag }}
{{- end -}}
{{- end -}}

{{- /* The annotation that leads from an alert to what to do about it. */ -}}
{{- define "masa-madre.runbook" -}}
{{- $rule := index . 0 -}}
runbook_url: {{ printf "%s#%s" $rule.runbookUrl (lower (index . 1)) | quote }}
{{- end -}}
