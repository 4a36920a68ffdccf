{{/* What pods of every role have in common. */}}

{{- define "masa-madre.podSecurityContext" -}}
runAsNonRoot: true
{{- include "masa-madre.user" (list .Values.security.user .Values.security.user) }}
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "masa-madre.securityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* The user and group of a pod; without a user the cluster chooses them. Takes (list user group). */}}
{{- define "masa-madre.user" -}}
{{- if not (kindIs "invalid" (first .)) }}
runAsUser: {{ first . | int64 }}
runAsGroup: {{ last . | int64 }}
fsGroup: {{ last . | int64 }}
{{- end }}
{{- end -}}

{{/* The shared pod settings with a role's own over them, as YAML. Takes (list $ rolePod). */}}
{{- define "masa-madre.podSettings" -}}
{{- $root := first . -}}
{{- mergeOverwrite (deepCopy $root.Values.pod) (deepCopy (last . | default dict)) | toYaml -}}
{{- end -}}

{{/*
The metadata of a pod. Takes a dict: root, component, pod, checksums (optional, a list of "config" and
"secret"): a pod whose settings changed is replaced, because it read them when it started.
*/}}
{{- define "masa-madre.podMetadata" -}}
{{- $pod := include "masa-madre.podSettings" (list .root .pod) | fromYaml -}}
{{- $annotations := merge (dict) (default dict $pod.annotations) .root.Values.commonAnnotations -}}
{{- range .checksums -}}
{{- $_ := set $annotations (printf "checksum/%s" .) (include (printf "masa-madre.checksum.%s" .) $.root) -}}
{{- end -}}
labels:
  {{- merge (dict) (default dict $pod.labels) (include "masa-madre.labels" (list .root .component) | fromYaml) | toYaml | nindent 2 }}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Where pods run. Takes a dict: root, component, pod, spread (whether to spread by default). */}}
{{- define "masa-madre.scheduling" -}}
{{- $pod := include "masa-madre.podSettings" (list .root .pod) | fromYaml -}}
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $pod.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $pod.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $pod.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $pod.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- if $pod.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- toYaml $pod.topologySpreadConstraints | nindent 2 }}
{{- else if .spread }}
topologySpreadConstraints:
  {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    # A pod in the wrong zone is better than one that is not scheduled.
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "masa-madre.selector" (list $.root $.component) | nindent 8 }}
    matchLabelKeys: [pod-template-hash]
  {{- end }}
{{- end }}
{{- end -}}

{{/*
The spec of a pod of ours up to its containers. Takes a dict: root, component, pod, spread, account,
token (whether the pod may call the Kubernetes API; none but the worker does).
*/}}
{{- define "masa-madre.podSpec" -}}
serviceAccountName: {{ .account }}
automountServiceAccountToken: {{ .token | default false }}
# The variables that Kubernetes sets for Services could be mistaken for settings.
enableServiceLinks: false
securityContext:
  {{- include "masa-madre.podSecurityContext" .root | nindent 2 }}
{{- with include "masa-madre.scheduling" . | trim }}
{{ . }}
{{- end }}
volumes:
  - name: tmp
    emptyDir:
      sizeLimit: 64Mi
  {{- with include "masa-madre.volumes" .root | fromYamlArray }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with include "masa-madre.initContainers" .root | fromYamlArray }}
initContainers:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/*
A container of ours up to its ports, probes and hooks. Takes a dict: root, role (the arguments of the
image's entry point), secrets (keys it gets; without any it gets no settings either), resources, env (optional, a dict of plain variables),
config and secret (optional, the names of the ConfigMap and the Secret that it reads).
*/}}
{{- define "masa-madre.container" -}}
name: {{ first .role }}
image: {{ include "masa-madre.image" .root }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
args: {{ toJson .role }}
securityContext:
  {{- include "masa-madre.securityContext" .root | nindent 2 }}
resources:
  {{- toYaml .resources | nindent 2 }}
{{- if .secrets }}
envFrom:
  - configMapRef:
      name: {{ default (include "masa-madre.fullname" .root) .config }}
{{- end }}
{{- if or .secrets .env .root.Values.extraEnv }}
env:
  {{- range $name, $value := .env }}
  - name: {{ $name }}
    value: {{ $value | quote }}
  {{- end }}
  {{- $logins := has "DATABASE_URL" .secrets | ternary (list "DATABASE_URL") (list "WEB_DATABASE_URL" "TENANT_DATABASE_URL") }}
  {{- $needed := concat $logins (list "REDIS_URL" "JWT_SECRET") }}
  {{- range .secrets }}
  - name: {{ . }}
    valueFrom:
      secretKeyRef:
        name: {{ default (include "masa-madre.secretName" $.root) $.secret }}
        key: {{ . }}
        {{- if not (has . $needed) }}
        optional: true
        {{- end }}
  {{- end }}
  {{- with .root.Values.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
volumeMounts:
  - name: tmp
    mountPath: /tmp
  {{- with include "masa-madre.mounts" .root | fromYamlArray }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/*
The probes of a container, as they are in the values. Takes a block with startupProbe, livenessProbe,
readinessProbe; one that is null or empty is left out.
*/}}
{{- define "masa-madre.probes" -}}
{{- range $name := list "startupProbe" "livenessProbe" "readinessProbe" }}
{{- with index $ $name }}
{{ $name }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Where worker and scheduler give metrics of their own. */}}
{{- define "masa-madre.metricsPort" -}}9100{{- end -}}

{{/* The variables of worker and scheduler: the file whose age their probes look at, and that port. */}}
{{- define "masa-madre.jobsEnv" -}}
HEARTBEAT_FILE: /tmp/alive
METRICS_PORT: {{ include "masa-madre.metricsPort" . | quote }}
{{- end -}}

{{/* How a Deployment replaces its pods. Takes the strategy of the values. */}}
{{- define "masa-madre.strategy" -}}
{{- with . }}
strategy:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
