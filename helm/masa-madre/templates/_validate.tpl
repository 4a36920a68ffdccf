{{/*
What a schema cannot check: values that contradict each other stop the rendering with a message. The
checks of one thing are one template; each calls fail itself.
*/}}
{{- define "masa-madre.validate" -}}
{{- range list "images" "secret" "postgres" "redis" "web" "worker" "settings" "ingress" "upstream" "policies" "services" "gitops" "labels" -}}
{{- include (printf "masa-madre.validate.%s" .) $ -}}
{{- end -}}
{{- end -}}

{{- define "masa-madre.validate.images" -}}
{{- if and (eq .Values.image.tag "latest") (not .Values.image.digest) -}}
{{- fail "image.tag is latest: it would be unknown which version runs. Name a version, or set image.digest." -}}
{{- end -}}
{{- range $server := list "postgres" "redis" -}}
{{- $image := (index $.Values $server).trial.image -}}
{{- if and (not (contains "@" $image)) (or (hasSuffix ":latest" $image) (not (contains ":" (base $image)))) -}}
{{- fail (printf "%s.trial.image is %s: it needs a tag, and not latest." $server $image) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "masa-madre.validate.secret" -}}
{{- if .Values.secret.existing -}}
{{- range $key, $value := .Values.secret.values -}}
{{- if $value -}}
{{- fail (printf "secret.existing and secret.values.%s are both set: put %s into the Secret %s, or leave secret.existing empty." $key $key $.Values.secret.existing) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "masa-madre.validate.postgres" -}}
{{- $mode := .Values.postgres.mode -}}
{{- $values := .Values.secret.values -}}
{{- if and (eq $mode "external") (not .Values.secret.existing) (not $values.DATABASE_URL) -}}
{{- fail "postgres.mode is external, but nothing says where it is: set secret.existing or secret.values.DATABASE_URL, or postgres.mode to trial." -}}
{{- end -}}
{{- if and (eq $mode "external") (not .Values.secret.existing) -}}
{{- range list "WEB_DATABASE_URL" "TENANT_DATABASE_URL" -}}
{{- if not (index $values .) -}}
{{- fail (printf "secret.values.%s is empty: web does not get the owner's login. Make the two logins (docs/security.md has the SQL) and set both." .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if ne $mode "external" -}}
{{- range list "DATABASE_URL" "WEB_DATABASE_URL" "TENANT_DATABASE_URL" -}}
{{- if index $values . -}}
{{- fail (printf "secret.values.%s is set, but postgres.mode is %s: that Postgres has a URL of its own. Set postgres.mode to external." . $mode) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and .Values.secret.existing (eq $mode "trial") -}}
{{- fail "postgres.mode is trial, but secret.existing is set: the trial Postgres has passwords that the chart makes. Leave secret.existing empty." -}}
{{- end -}}
{{- $cluster := .Values.postgres.cloudnativepg -}}
{{- $own := and $cluster.existingOwnerSecret $cluster.existingLoginsSecret -}}
{{- if and (eq $mode "cloudnativepg") .Values.secret.existing (not $own) -}}
{{- fail "secret.existing is set with postgres.mode cloudnativepg: name your Secrets of the logins as well, in postgres.cloudnativepg.existingOwnerSecret and existingLoginsSecret." -}}
{{- end -}}
{{- if and (not .Values.secret.existing) (or $cluster.existingOwnerSecret $cluster.existingLoginsSecret) -}}
{{- fail "postgres.cloudnativepg.existingOwnerSecret or existingLoginsSecret is set without secret.existing: the chart would not know the passwords in its URLs." -}}
{{- end -}}
{{- end -}}

{{- define "masa-madre.validate.redis" -}}
{{- $url := .Values.secret.values.REDIS_URL -}}
{{- if and (eq .Values.redis.mode "external") (not .Values.secret.existing) (not $url) -}}
{{- fail "redis.mode is external, but nothing says where it is: set secret.existing or secret.values.REDIS_URL, or redis.mode to trial." -}}
{{- end -}}
{{- if and (eq .Values.redis.mode "trial") $url -}}
{{- fail "secret.values.REDIS_URL is set, but redis.mode is trial: that Redis has a URL of its own. Set redis.mode to external." -}}
{{- end -}}
{{- if and (eq .Values.redis.mode "trial") .Values.secret.existing -}}
{{- fail "redis.mode is trial, but secret.existing is set: the trial Redis has a password that the chart makes. Leave secret.existing empty." -}}
{{- end -}}
{{- end -}}

{{/* Takes (list $ "web" "autoscaling"): the role and the block that scales it. */}}
{{- define "masa-madre.validate.scaler" -}}
{{- $role := index . 1 -}}
{{- $values := index (first .).Values $role -}}
{{- $scaling := index $values (last .) -}}
{{- $path := printf "%s.%s" $role (last .) -}}
{{- if and $scaling.enabled (not (kindIs "invalid" $values.replicas)) -}}
{{- fail (printf "%s.replicas is %v and %s is enabled: only one of them can say how many pods run. Leave %s.replicas null." $role $values.replicas $path $role) -}}
{{- end -}}
{{- if gt (int $scaling.minReplicas) (int $scaling.maxReplicas) -}}
{{- fail (printf "%s.minReplicas is %d, more than maxReplicas, %d." $path (int $scaling.minReplicas) (int $scaling.maxReplicas)) -}}
{{- end -}}
{{- $targets := or $scaling.targetCPUUtilizationPercentage $scaling.targetMemoryUtilizationPercentage -}}
{{- if and $scaling.enabled (eq (last .) "autoscaling") (not $targets) -}}
{{- fail (printf "%s is enabled without a target: set targetCPUUtilizationPercentage or targetMemoryUtilizationPercentage." $path) -}}
{{- end -}}
{{- end -}}

{{- define "masa-madre.validate.web" -}}
{{- $web := .Values.web -}}
{{- include "masa-madre.validate.scaler" (list . "web" "autoscaling") -}}
{{- $needed := add (int $web.preStopSeconds) (int $web.gracefulTimeoutSeconds) | int -}}
{{- range $role := list "web" "dashboard" -}}
{{- $given := (index $.Values $role).terminationGracePeriodSeconds | int -}}
{{- if le $given $needed -}}
{{- fail (printf "%s.terminationGracePeriodSeconds is %d, but web.preStopSeconds and gracefulTimeoutSeconds together take %d: requests would be cut. Make it longer." $role $given $needed) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "masa-madre.validate.worker" -}}
{{- $keda := .Values.worker.keda -}}
{{- include "masa-madre.validate.scaler" (list . "worker" "autoscaling") -}}
{{- include "masa-madre.validate.scaler" (list . "worker" "keda") -}}
{{- if and $keda.enabled .Values.worker.autoscaling.enabled -}}
{{- fail "worker.keda and worker.autoscaling are both enabled: KEDA makes a HorizontalPodAutoscaler of its own. Choose one." -}}
{{- end -}}
{{- if and $keda.enabled (not (or $keda.prometheusUrl $keda.triggers)) -}}
{{- fail "worker.keda.enabled is set without worker.keda.prometheusUrl or triggers: say where KEDA reads how long the queues are." -}}
{{- end -}}
{{- $grace := .Values.worker.terminationGracePeriodSeconds | int -}}
{{- $clone := .Values.settings.CLONE_TIMEOUT_SECONDS | int -}}
{{- if le $grace $clone -}}
{{- fail (printf "worker.terminationGracePeriodSeconds is %d, but a clone may take settings.CLONE_TIMEOUT_SECONDS, %d: it would be killed half done. Make it longer." $grace $clone) -}}
{{- end -}}
{{- end -}}

{{- define "masa-madre.validate.settings" -}}
{{- $settings := .Values.settings -}}
{{- range $less, $more := dict "DEMO_POOL_SIZE" "DEMO_POOL_MAX" "CLONE_TIMEOUT_SECONDS" "CLONE_JOB_DEADLINE_SECONDS" -}}
{{- $low := index $settings $less | int -}}
{{- $high := index $settings $more | int -}}
{{- if gt $low $high -}}
{{- fail (printf "settings.%s is %d, more than settings.%s, %d." $less $low $more $high) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "masa-madre.validate.policies" -}}
{{- $policy := .Values.networkPolicy -}}
{{- $published := or .Values.ingress.enabled .Values.dashboard.ingress.enabled .Values.gateway.upstream.enabled -}}
{{- if and $policy.enabled $published (not (or $policy.ingressController.from $policy.loadBalancer.cidrs)) -}}
{{- fail "An ingress is enabled, but networkPolicy.ingressController.from lets no pod in: name the ingress controller's pods, or in networkPolicy.loadBalancer.cidrs the load balancer's addresses." -}}
{{- end -}}
{{- if and $policy.enabled .Values.metrics.serviceMonitor.enabled (not $policy.prometheus.from) -}}
{{- fail "metrics.serviceMonitor.enabled is set, but networkPolicy.prometheus.from lets no pod in: name Prometheus' pods." -}}
{{- end -}}
{{- end -}}

{{- define "masa-madre.validate.services" -}}
{{- range $role := list "web" "dashboard" -}}
{{- $service := (index $.Values $role).service -}}
{{- if ne $service.type "LoadBalancer" -}}
{{- range $key := list "loadBalancerClass" "loadBalancerSourceRanges" -}}
{{- if index $service $key -}}
{{- fail (printf "%s.service.%s is set, but %s.service.type is %s: only a LoadBalancer has it." $role $key $role $service.type) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and $service.externalTrafficPolicy (eq $service.type "ClusterIP") -}}
{{- fail (printf "%s.service.externalTrafficPolicy is set, but %s.service.type is ClusterIP: nothing comes from outside." $role $role) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "masa-madre.validate.gitops" -}}
{{- if .Values.gitops.argocd -}}
{{- if .Values.hooks.enabled -}}
{{- fail "gitops.argocd is set, but hooks.enabled is, too: Argo CD does not run migration and seeds as Helm does. Set hooks.enabled=false." -}}
{{- end -}}
{{- if not .Values.secret.existing -}}
{{- fail "gitops.argocd is set without secret.existing: Argo CD renders without the cluster, so the chart would make new passwords each time. Name a Secret of yours." -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "masa-madre.validate.ingress" -}}
{{- $ingress := .Values.ingress -}}
{{- if and (or $ingress.enabled $ingress.tls.enabled) (not $ingress.hosts) -}}
{{- fail "ingress.enabled or ingress.tls.enabled is set without ingress.hosts: name the hosts." -}}
{{- end -}}
{{- if and $ingress.tls.enabled (not $ingress.enabled) -}}
{{- fail "ingress.tls.enabled is set, but ingress.enabled is not." -}}
{{- end -}}
{{- $own := .Values.dashboard.ingress -}}
{{- if and $own.enabled (not .Values.dashboard.enabled) -}}
{{- fail "dashboard.ingress.enabled is set, but dashboard.enabled is not." -}}
{{- end -}}
{{- if and (or $own.enabled $own.tls.enabled) (not $own.host) -}}
{{- fail "dashboard.ingress.enabled or its tls.enabled is set without dashboard.ingress.host: name the host." -}}
{{- end -}}
{{- if and $own.enabled (has $own.host $ingress.hosts) -}}
{{- fail (printf "dashboard.ingress.host is %s, which is one of ingress.hosts: the operators' pages need a host of their own." $own.host) -}}
{{- end -}}
{{- end -}}

{{- define "masa-madre.validate.upstream" -}}
{{- $upstream := .Values.gateway.upstream -}}
{{- if and $upstream.enabled (not (and $upstream.host $upstream.service.name)) -}}
{{- fail "gateway.upstream.enabled is set without gateway.upstream.host or gateway.upstream.service.name: name both." -}}
{{- end -}}
{{- end -}}

{{- define "masa-madre.validate.labels" -}}
{{- $all := list .Values.commonLabels .Values.pod.labels .Values.postgres.trial.pod.labels .Values.redis.trial.pod.labels -}}
{{- range list "web" "worker" "scheduler" "dashboard" "migrate" "seeds" "cleanup" "test" -}}
{{- $all = append $all (index $.Values .).pod.labels -}}
{{- end -}}
{{- range $all -}}
{{- range $label, $value := . -}}
{{- if hasPrefix "app.kubernetes.io/" $label -}}
{{- fail (printf "The label %s is the chart's own: Services and policies find pods by it." $label) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
