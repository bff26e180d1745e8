{{/* The names of all objects begin with it. */}}
{{- define "toolbridge.fullname" -}}
{{- default .Release.Name .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* Labels by which selectors choose; takes root and component. */}}
{{- define "toolbridge.selector" -}}
app.kubernetes.io/name: toolbridge
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* All recommended labels; takes root and component. */}}
{{- define "toolbridge.labels" -}}
{{ include "toolbridge.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: toolbridge
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end -}}

{{- define "toolbridge.image" -}}
{{ .repository }}@{{ .digest }}
{{- end -}}

{{/* The host of an https URL. */}}
{{- define "toolbridge.host" -}}
{{- (urlParse .).host -}}
{{- end -}}

{{- define "toolbridge.secretName" -}}
{{- if .Values.secrets.externalSecret.enabled -}}{{ include "toolbridge.fullname" . }}-secrets{{- else -}}{{ .Values.secrets.existingSecret }}{{- end -}}
{{- end -}}

{{/* The setting that a key of the Secret gives; takes component and key. The two servers call the tenant's proof by different names. */}}
{{- define "toolbridge.settingOfKey" -}}
{{- $shared := dict
  "state-keys" "TOOLBRIDGE_STATE_KEYS"
  "log-key" "TOOLBRIDGE_LOG_KEY" -}}
{{- $api := dict
  "tenant-header-secret" "TENANT_HEADER_SECRET"
  "tenant-header-keys" "TENANT_HEADER_KEYS"
  "database-url" "DATABASE_URL"
  "direct-database-url" "DIRECT_DATABASE_URL"
  "jwt-secret" "JWT_HS256_SECRET"
  "jwt-backend-rs256-private-key" "JWT_BACKEND_RS256_PRIVATE_KEY"
  "jwt-backend-key-id" "JWT_BACKEND_KEY_ID"
  "jwt-backend-public-keys" "JWT_BACKEND_PUBLIC_KEYS"
  "token-exchange-clients" "TOKEN_EXCHANGE_CLIENTS"
  "workos-api-key" "WORKOS_API_KEY" -}}
{{- $mcp := dict
  "tenant-header-secret" "TOOLBRIDGE_TENANT_HEADER_SECRET"
  "tenant-header-keys" "TOOLBRIDGE_TENANT_HEADER_KEYS"
  "exchange-client" "TOOLBRIDGE_EXCHANGE_CLIENT" -}}
{{- get (merge (dict) $shared (eq .component "api" | ternary $api $mcp)) .key -}}
{{- end -}}

{{/*
Variables out of the Secret; takes root, component and keys. A key's id is no secret, and so has no _FILE.
The address out of a cluster of ours comes with the certificate that signed the cluster's.
*/}}
{{- define "toolbridge.secretVariables" -}}
{{- $root := .root -}}
{{- $files := eq .root.Values.secrets.as "files" -}}
{{- $variables := list -}}
{{- range .keys -}}
{{- $setting := include "toolbridge.settingOfKey" (dict "component" $.component "key" .) -}}
{{- $fromCluster := and $root.Values.postgresCluster.enabled (eq . "database-url") -}}
{{- if and $files (ne . "jwt-backend-key-id") -}}
{{- $variables = append $variables (dict "name" (print $setting "_FILE") "value" (print "/run/secrets/toolbridge/" .)) -}}
{{- else -}}
{{- $source := dict "name" (include "toolbridge.secretName" $root) "key" . -}}
{{- if $fromCluster -}}{{- $source = dict "name" (print (include "toolbridge.fullname" $root) "-db-app") "key" "uri" -}}{{- end -}}
{{- $variables = append $variables (dict "name" $setting "valueFrom" (dict "secretKeyRef" $source)) -}}
{{- end -}}
{{- if $fromCluster -}}
{{- $variables = append $variables (dict "name" "PGSSLROOTCERT" "value" "/run/secrets/toolbridge/database-ca.crt") -}}
{{- end -}}
{{- end -}}
{{- with $variables -}}{{- toYaml . -}}{{- end -}}
{{- end -}}

{{/* Volumes of a pod: a temporary folder, and the keys as files; takes root and keys. */}}
{{- define "toolbridge.volumes" -}}
- name: tmp
  emptyDir:
    sizeLimit: 64Mi
{{- $cluster := .root.Values.postgresCluster.enabled }}
{{- $files := eq .root.Values.secrets.as "files" }}
{{- $own := list }}
{{- range .keys }}
{{- if not (or (eq . "jwt-backend-key-id") (and $cluster (eq . "database-url"))) }}
{{- $own = append $own . }}
{{- end }}
{{- end }}
{{- $fromCluster := and $cluster (has "database-url" .keys) }}
{{- if or (and $files $own) $fromCluster }}
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      {{- if and $files $own }}
      - secret:
          name: {{ include "toolbridge.secretName" .root }}
          items:
            {{- range $own }}
            - {key: {{ . }}, path: {{ . }}}
            {{- end }}
      {{- end }}
      {{- if $fromCluster }}
      {{- if $files }}
      - secret:
          name: {{ include "toolbridge.fullname" .root }}-db-app
          items:
            - {key: uri, path: database-url}
      {{- end }}
      - secret:
          name: {{ include "toolbridge.fullname" .root }}-db-ca
          items:
            - {key: ca.crt, path: database-ca.crt}
      {{- end }}
{{- end }}
{{- end -}}

{{/* Where a container has them; takes root and keys. */}}
{{- define "toolbridge.mounts" -}}
- {name: tmp, mountPath: /tmp}
{{- if contains "name: secrets" (include "toolbridge.volumes" .) }}
- {name: secrets, mountPath: /run/secrets/toolbridge, readOnly: true}
{{- end }}
{{- end -}}

{{/* What every pod has. */}}
{{- define "toolbridge.podSecurity" -}}
serviceAccountName: {{ include "toolbridge.fullname" . }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- end -}}

{{/* What every container has. */}}
{{- define "toolbridge.containerSecurity" -}}
imagePullPolicy: IfNotPresent
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  runAsNonRoot: true
  runAsUser: 65532
  capabilities:
    drop: [ALL]
{{- end -}}

{{/* The keys that the API gets: with a cluster of ours its address is among them. */}}
{{- define "toolbridge.apiKeys" -}}
{{- $keys := .Values.api.secretKeys -}}
{{- if .Values.postgresCluster.enabled -}}{{- $keys = append $keys "database-url" -}}{{- end -}}
{{- toJson $keys -}}
{{- end -}}

{{/* Whether 2024-11-05 streams have a Deployment of their own: they can't be moved from one replica to another. */}}
{{- define "toolbridge.ownSse" -}}
{{- if and .Values.mcp.enabled .Values.mcp.legacySse (or .Values.mcp.autoscaling.enabled (gt (int .Values.mcp.replicas) 1)) -}}true{{- end -}}
{{- end -}}

{{/* Settings of the API that aren't secret. */}}
{{- define "toolbridge.apiSettings" -}}
HTTP_ADDR: "0.0.0.0:8080"
{{ include "toolbridge.sharedSettings" . }}
{{- with .Values.api.publicUrl }}
TOOLBRIDGE_PUBLIC_BASE_URL: {{ . | quote }}
TOOLBRIDGE_ALLOWED_HOSTS: {{ list (include "toolbridge.host" .) (include "toolbridge.serviceHosts" (dict "root" $ "component" "api")) | join "," | quote }}
{{- end }}
{{- with .Values.api.trustedProxies }}
TOOLBRIDGE_TRUSTED_PROXIES: {{ join "," . | quote }}
{{- end }}
TOOLBRIDGE_REPLAY_STORE: {{ .Values.api.replayStore | quote }}
{{- if eq .Values.api.database.kind "sqlite" }}
DATABASE_URL: "sqlite:/data/toolbridge.db"
{{- else if .Release.IsInstall }}
# The hook that migrates runs after an installation's pods are ready, and they are ready when the schema is there: the first time they make it, under the same lock.
TOOLBRIDGE_MIGRATE_ON_START: "true"
{{- end }}
{{- range $name, $value := .Values.api.settings }}
{{ $name }}: {{ $value | toString | quote }}
{{- end }}
{{- end -}}

{{/* Settings of the MCP server that aren't secret. */}}
{{- define "toolbridge.mcpSettings" -}}
TOOLBRIDGE_HOST: "0.0.0.0"
TOOLBRIDGE_PORT: "8001"
{{ include "toolbridge.sharedSettings" . }}
TOOLBRIDGE_API_BASE_URL: {{ default (printf "http://%s-api" (include "toolbridge.fullname" .)) .Values.mcp.apiUrl | quote }}
{{- with .Values.mcp.publicUrl }}
TOOLBRIDGE_PUBLIC_BASE_URL: {{ . | quote }}
TOOLBRIDGE_ALLOWED_HOSTS: {{ list (include "toolbridge.host" .) (include "toolbridge.serviceHosts" (dict "root" $ "component" "mcp")) | join "," | quote }}
{{- end }}
{{- with .Values.mcp.upstreamAuth }}
TOOLBRIDGE_UPSTREAM_AUTH: {{ . | quote }}
{{- end }}
{{- if and .Values.auth.audience (ne .Values.mcp.upstreamAuth "forward") (not (hasKey .Values.mcp.settings "TOOLBRIDGE_BACKEND_API_AUDIENCE")) }}
TOOLBRIDGE_BACKEND_API_AUDIENCE: {{ first .Values.auth.audience | quote }}
{{- end }}
{{- with .Values.mcp.tenantId }}
TOOLBRIDGE_TENANT_ID: {{ . | quote }}
{{- end }}
{{- with .Values.mcp.trustedProxies }}
TOOLBRIDGE_TRUSTED_PROXIES: {{ join "," . | quote }}
{{- end }}
TOOLBRIDGE_LEGACY_SSE: {{ .Values.mcp.legacySse | ternary "on" "off" | quote }}
{{- range $name, $value := .Values.mcp.settings }}
{{ $name }}: {{ $value | toString | quote }}
{{- end }}
{{- end -}}

{{- define "toolbridge.sharedSettings" -}}
ENV: {{ .Values.environment | quote }}
TOOLBRIDGE_LOG_LEVEL: {{ .Values.logLevel | quote }}
TOOLBRIDGE_METRICS_ADDR: "0.0.0.0:9091"
TOOLBRIDGE_DRAIN_DELAY_SECONDS: "5"
TOOLBRIDGE_SHUTDOWN_TIMEOUT_SECONDS: "7"
{{- with .Values.auth.issuer }}
JWT_ISSUER: {{ . | quote }}
{{- end }}
{{- with .Values.auth.jwksUrl }}
JWT_JWKS_URL: {{ . | quote }}
{{- end }}
{{- with .Values.auth.authkitDomain }}
TOOLBRIDGE_AUTHKIT_DOMAIN: {{ . | quote }}
{{- end }}
{{- with .Values.auth.audience }}
JWT_AUDIENCE: {{ join "," . | quote }}
{{- end }}
{{- $mcpAudience := .Values.auth.mcpAudience }}
{{- if and .Values.mcp.enabled .Values.mcp.publicUrl }}
{{- /* The API takes in exchange what was made for the MCP server. */}}
{{- $mcpAudience = concat $mcpAudience (list (print .Values.mcp.publicUrl "/mcp") (print .Values.mcp.publicUrl "/sse")) | uniq }}
{{- end }}
{{- with $mcpAudience }}
MCP_OAUTH_AUDIENCE: {{ join "," . | quote }}
{{- end }}
{{- end -}}

{{/* Names by which a Service is called inside the cluster; takes root and component. */}}
{{- define "toolbridge.serviceHosts" -}}
{{- $name := printf "%s-%s" (include "toolbridge.fullname" .root) .component -}}
{{- printf "%s,%s.%s,%s.%s.svc" $name $name .root.Release.Namespace $name .root.Release.Namespace -}}
{{- end -}}
