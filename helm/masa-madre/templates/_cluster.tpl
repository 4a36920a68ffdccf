{{/*
The spec of the CloudNativePG Cluster, as YAML.

The web's logins are created by SQL and not as `managed.roles`: the operator removes from a managed role
every membership that is not listed there, and the tenants' login is a member of each tenant's role.
*/}}
{{- define "masa-madre.clusterSpec" -}}
{{- $cluster := .Values.postgres.cloudnativepg -}}
{{- $full := include "masa-madre.fullname" . -}}
instances: {{ $cluster.instances }}
{{- with $cluster.imageName }}
imageName: {{ . }}
{{- end }}
storage:
  size: {{ $cluster.storage.size }}
  {{- with $cluster.storage.storageClassName }}
  storageClass: {{ . }}
  {{- end }}
resources:
  {{- toYaml $cluster.resources | nindent 2 }}
enableSuperuserAccess: false
# The web's logins check the certificate, and ask by PgBouncer's name.
certificates:
  serverAltDNSNames: [{{ $full }}-pooler]
bootstrap:
  initdb:
    database: masa_madre
    owner: masa_madre
    secret:
      name: {{ default (printf "%s-postgres-owner" $full) $cluster.existingOwnerSecret }}
    postInitApplicationSQLRefs:
      secretRefs:
        - name: {{ default (printf "%s-logins" $full) $cluster.existingLoginsSecret }}
          key: logins.sql
postgresql:
  parameters:
    {{- toYaml .Values.postgres.parameters | nindent 4 }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- $pod := .Values.pod }}
{{- with $pod.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- if or $pod.nodeSelector $pod.tolerations }}
affinity:
  {{- with $pod.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $pod.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end -}}
