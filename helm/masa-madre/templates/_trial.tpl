{{/* The single-node servers for trying out. */}}

{{- define "masa-madre.valkeyConf" -}}
{{- include "masa-madre.makeSecrets" . -}}
# It holds jobs, not a cache: nothing is evicted, and what was written is kept.
requirepass {{ .Values.made.passwords.redis }}
dir /data
appendonly yes
appendfsync everysec
save ""
maxmemory {{ .Values.redis.trial.maxmemory }}
maxmemory-policy noeviction
{{ end -}}

{{/*
The spec of a server's pod up to its containers, with the users that the official images are made
for. Takes a dict: root, component, config, user, group, volumes (YAML).
*/}}
{{- define "masa-madre.trialPod" -}}
serviceAccountName: {{ include "masa-madre.fullname" .root }}
automountServiceAccountToken: false
enableServiceLinks: false
terminationGracePeriodSeconds: 60
securityContext:
  runAsNonRoot: true
  {{- $user := kindIs "invalid" .root.Values.security.user | ternary nil .user }}
  {{- include "masa-madre.user" (list $user .group) | indent 2 }}
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- with include "masa-madre.scheduling" (dict "root" .root "component" .component "pod" .config.pod) | trim }}
{{ . }}
{{- end }}
{{- end -}}

{{/* A server's data: a claim, or a directory that goes with the pod. Takes the persistence block. */}}
{{- define "masa-madre.claim" -}}
{{- if .enabled }}
volumeClaimTemplates:
  - metadata:
      name: data
    spec:
      accessModes: [ReadWriteOnce]
      {{- with .storageClassName }}
      storageClassName: {{ . }}
      {{- end }}
      resources:
        requests:
          storage: {{ .size }}
{{- end }}
{{- end -}}

{{- define "masa-madre.dataVolume" -}}
{{- if not .enabled }}
- name: data
  emptyDir:
    sizeLimit: {{ .size }}
{{- end }}
{{- end -}}
