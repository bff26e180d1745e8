"""What a cluster would get, from the chart and from the overlays: valid for it, and as deployment.md wants its pods."""

import re

import pytest
from conftest import CHART, OVERLAYS, RENDERINGS, VALUE_SETS, chart_text, objects, overlay_text, pods_of, run

# Those that Kubernetes itself doesn't know; test_custom_resources.py looks at them.
CUSTOM = {"HTTPRoute", "BackendTrafficPolicy", "Certificate", "Cluster", "ExternalSecret", "ServiceMonitor", "PrometheusRule"}
OLDEST, NEWEST = "1.30", "1.37"


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_all_is_valid_for_the_oldest_and_newest_version(version, tmp_path):
    """One call for all, as the tool reads its schemas for seconds."""
    files = {}
    for name, text in RENDERINGS.items():
        files[name] = tmp_path / f"{name}.yaml"
        files[name].write_text(text())
    result = run("kubernetes-validate", "--strict", "--kubernetes-version", version, *files.values())
    said = result.stdout + result.stderr
    assert set(re.findall(r"Couldn't find schema for kind (\w+)", said)) <= CUSTOM
    for name, file in files.items():
        expected = [item for item in objects(RENDERINGS[name]()) if item["kind"] not in CUSTOM]
        assert len(re.findall(rf"{re.escape(str(file))} passed for resource", said)) == len(expected) > 0


def test_a_pod_has_no_rights(rendered):
    pods = pods_of(rendered)
    assert pods
    for owner, pod in pods:
        spec, name = pod["spec"], owner["metadata"]["name"]
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["enableServiceLinks"] is False, name
        security = spec["securityContext"]
        assert security["runAsNonRoot"] is True and security["runAsUser"] == security["fsGroup"] == 65532, name
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert "initContainers" not in spec
        for container in spec["containers"]:
            security = container["securityContext"]
            assert security["allowPrivilegeEscalation"] is False and security["readOnlyRootFilesystem"] is True, name
            assert security["capabilities"] == {"drop": ["ALL"]}, name
            assert container["resources"]["limits"] == {"memory": "256Mi"}, "a limit of CPU slows what would be quick"
            assert container["resources"]["requests"] == {"cpu": "50m", "memory": "64Mi"}
            assert {"name": "tmp", "mountPath": "/tmp"} in container["volumeMounts"]
        (temporary,) = [volume for volume in spec["volumes"] if volume["name"] == "tmp"]
        assert temporary["emptyDir"]["sizeLimit"]


def test_images_are_two_and_named_by_digest(rendered):
    images = {container["image"] for _, pod in pods_of(rendered) for container in pod["spec"]["containers"]}
    assert 1 <= len(images) <= 2
    for image in images:
        assert re.fullmatch(r"registry\.example\.com/toolbridge(-mcp)?@sha256:[0-9a-f]{64}", image)


def test_a_server_is_probed_and_drains(rendered):
    servers = [(item, pod) for item, pod in pods_of(rendered) if item["kind"] == "Deployment"]
    for item, pod in servers:
        (container,) = pod["spec"]["containers"]
        assert container["startupProbe"]["httpGet"]["path"] == "/healthz"
        assert (container["startupProbe"]["periodSeconds"], container["startupProbe"]["failureThreshold"]) == (1, 30)
        assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
        assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
        assert container["readinessProbe"]["periodSeconds"] == 5
        assert "lifecycle" not in container, "the delay is in the program: there is no shell for a hook"
        settings = settings_of(rendered, container)
        needed = int(settings["TOOLBRIDGE_DRAIN_DELAY_SECONDS"]) + int(settings["TOOLBRIDGE_SHUTDOWN_TIMEOUT_SECONDS"])
        assert (needed, pod["spec"]["terminationGracePeriodSeconds"]) == (12, 30)
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        assert settings["TOOLBRIDGE_METRICS_ADDR"] == f"0.0.0.0:{ports['metrics']}"
        if container["args"] == ["serve"]:
            assert settings["HTTP_ADDR"] == f"0.0.0.0:{ports['http']}"
            assert item["metadata"]["name"] == "toolbridge-api", "`rollout restart deployment/toolbridge-api` has to find it"
        else:
            assert f"{settings['TOOLBRIDGE_HOST']}:{settings['TOOLBRIDGE_PORT']}" == f"0.0.0.0:{ports['http']}"
        strategy = item["spec"]["strategy"]
        if settings.get("DATABASE_URL", "").startswith("sqlite:"):
            assert strategy == {"type": "Recreate"} and item["spec"]["replicas"] == 1
        else:
            assert strategy["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}


def settings_of(rendered: str, container: dict) -> dict[str, str]:
    maps = {item["metadata"]["name"]: item["data"] for item in objects(rendered) if item["kind"] == "ConfigMap"}
    settings = {}
    for source in container.get("envFrom", []):
        settings |= maps[source["configMapRef"]["name"]]
    return settings


def test_every_file_that_a_variable_names_is_there_and_nothing_else_is(rendered):
    for item, pod in pods_of(rendered):
        (container,) = pod["spec"]["containers"]
        files = {variable["name"]: variable["value"] for variable in container.get("env", []) if variable["name"].endswith("_FILE")}
        mounted = set()
        for volume in pod["spec"]["volumes"]:
            for source in volume.get("projected", {}).get("sources", []):
                mounted |= {f"/run/secrets/toolbridge/{entry['path']}" for entry in source["secret"]["items"]}
        assert mounted - {"/run/secrets/toolbridge/database-ca.crt"} == set(files.values()), item["metadata"]["name"]
        if mounted:
            assert {"name": "secrets", "mountPath": "/run/secrets/toolbridge", "readOnly": True} in container["volumeMounts"]
        in_map = settings_of(rendered, container)
        assert not {name.removesuffix("_FILE") for name in files} & set(in_map), "given twice"


@pytest.mark.parametrize("name", RENDERINGS)
def test_secrets_are_files_but_where_variables_were_asked_for(name):
    for item, pod in pods_of(RENDERINGS[name]()):
        for container in pod["spec"]["containers"]:
            variables = {variable["name"] for variable in container.get("env", []) if "valueFrom" in variable}
            files = {variable["name"] for variable in container.get("env", []) if variable["name"].endswith("_FILE")}
            if name == "chart-environment":
                assert not files
            else:
                assert variables <= {"JWT_BACKEND_KEY_ID"}


def test_nobody_gets_another_server_s_secrets(rendered):
    for item, pod in pods_of(rendered):
        (container,) = pod["spec"]["containers"]
        names = {variable["name"].removesuffix("_FILE") for variable in container.get("env", [])}
        if container["name"] in ("mcp", "doctor"):
            assert not names & {"DATABASE_URL", "DIRECT_DATABASE_URL", "WORKOS_API_KEY", "JWT_BACKEND_RS256_PRIVATE_KEY"}
        if container["name"] == "migrate":
            assert names <= {"DATABASE_URL", "DIRECT_DATABASE_URL", "PGSSLROOTCERT"}


def test_no_object_holds_a_secret(rendered):
    assert not [item for item in objects(rendered) if item["kind"] == "Secret"]
    for item in objects(rendered):
        if item["kind"] == "ConfigMap":
            assert not [key for key in item["data"] if re.search(r"SECRET|_KEYS?$|TOKEN$|PASSWORD", key) and key != "JWT_BACKEND_KEY_ID"]


def test_selectors_find_pods(rendered):
    labels = [pod["metadata"]["labels"] for item, pod in pods_of(rendered) if item["kind"] == "Deployment"]
    finders = []
    for item in objects(rendered):
        if item["kind"] == "Service":
            finders.append((item, item["spec"]["selector"]))
        elif item["kind"] in ("Deployment", "PodDisruptionBudget"):
            finders.append((item, item["spec"]["selector"]["matchLabels"]))
    assert finders
    for item, selector in finders:
        found = [pod for pod in labels if selector.items() <= pod.items()]
        name = f"{item['kind']} {item['metadata']['name']}"
        # The Service of metrics is for all.
        assert found if name.endswith("-metrics") else len(found) == 1, name


def test_services_lead_to_the_servers_and_never_to_metrics(rendered):
    for item in objects(rendered):
        if item["kind"] == "Service" and not item["metadata"]["name"].endswith("-metrics"):
            assert [(port["port"], port["targetPort"]) for port in item["spec"]["ports"]] == [(80, "http")]
            assert item["spec"].get("type", "ClusterIP") == "ClusterIP"


def test_one_replica_has_no_budget_and_several_have(rendered):
    items = objects(rendered)
    budgets = {item["metadata"]["name"]: item["spec"]["maxUnavailable"] for item in items if item["kind"] == "PodDisruptionBudget"}
    scaled = {item["metadata"]["name"] for item in items if item["kind"] == "HorizontalPodAutoscaler"}
    several = {item["metadata"]["name"] for item in items if item["kind"] == "Deployment" and item["spec"].get("replicas", 1) > 1}
    assert budgets == dict.fromkeys(scaled | several, 1)
    for item in items:
        if item["kind"] == "Deployment" and item["metadata"]["name"] in scaled:
            assert "replicas" not in item["spec"], "each apply would undo what the autoscaler did"
        if item["kind"] == "HorizontalPodAutoscaler":
            assert item["spec"]["minReplicas"] >= 2 and item["spec"]["behavior"]["scaleDown"]["stabilizationWindowSeconds"] == 300


def test_streams_of_2024_11_05_have_one_process(rendered):
    names = {item["metadata"]["name"]: item["spec"].get("replicas") for item in objects(rendered) if item["kind"] == "Deployment"}
    if "toolbridge-mcp" in names:
        assert names.get("toolbridge-mcp-sse") == (None if names["toolbridge-mcp"] == 1 else 1)


def test_nothing_comes_in_or_goes_out_but_what_is_named(rendered):
    policies = {item["metadata"]["name"]: item["spec"] for item in objects(rendered) if item["kind"] == "NetworkPolicy"}
    deny = policies["toolbridge-default-deny"]
    assert deny["policyTypes"] == ["Ingress", "Egress"] and "ingress" not in deny and "egress" not in deny
    for item, pod in pods_of(rendered):
        assert deny["podSelector"]["matchLabels"].items() <= pod["metadata"]["labels"].items(), item["metadata"]["name"]
    for name, spec in policies.items():
        for rule in spec.get("ingress", []):
            assert rule["from"] and rule["ports"], name
            if {port["port"] for port in rule["ports"]} == {9091}:
                assert rule["from"] == [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}]
        for rule in spec.get("egress", []):
            assert rule["ports"], name
            for peer in rule.get("to", []):
                if peer.get("ipBlock", {}).get("cidr") == "0.0.0.0/0":
                    assert peer["ipBlock"]["except"] == ["169.254.0.0/16"], "a cloud's own credentials are there"


def test_a_migration_waits_for_the_database_and_is_tried_three_times(rendered):
    for item, pod in pods_of(rendered):
        if item["kind"] == "Job":
            (container,) = pod["spec"]["containers"]
            assert container["args"] == ["migrate", "--wait-db", "60s"]
            assert item["spec"]["backoffLimit"] == 3
            assert pod["spec"]["restartPolicy"] == "Never"


@pytest.mark.parametrize("values", VALUE_SETS)
def test_the_chart_migrates_by_a_hook_and_sqlite_by_itself(values):
    jobs = [item for item in objects(chart_text(values)) if item["kind"] == "Job"]
    databases = [item for item in objects(chart_text(values)) if item["kind"] == "Deployment" and item["metadata"]["name"] == "toolbridge-api"]
    if values == "sqlite" or not databases:
        assert not jobs
        return
    (job,) = jobs
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "post-install,pre-upgrade"
    assert job["metadata"]["annotations"]["helm.sh/hook-delete-policy"].startswith("before-hook-creation")
    assert job["metadata"]["name"] == "toolbridge-migrate-1"


def test_pods_of_an_installation_make_the_schema_and_those_of_an_upgrade_wait_for_the_hook():
    values = CHART / "test" / "values" / "default.yaml"
    upgraded = run("helm", "template", "toolbridge", CHART, "--is-upgrade", "--values", values).stdout
    assert 'TOOLBRIDGE_MIGRATE_ON_START: "true"' in chart_text("default")
    assert "TOOLBRIDGE_MIGRATE_ON_START" not in upgraded


def test_a_changed_setting_rolls_the_pods():
    values = CHART / "test" / "values" / "default.yaml"
    changed = run("helm", "template", "toolbridge", CHART, "--namespace", "toolbridge", "--values", values, "--set", "api.settings.RATE_LIMIT_AUTH=off").stdout

    def sums(text):
        return {item["metadata"]["name"]: pod["metadata"]["annotations"]["checksum/config"] for item, pod in pods_of(text) if item["kind"] == "Deployment"}

    before, after = sums(chart_text("default")), sums(changed)
    assert before["toolbridge-api"] != after["toolbridge-api"]
    assert before["toolbridge-mcp"] == after["toolbridge-mcp"]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_all_of_an_overlay_is_in_its_namespace(overlay):
    items = objects(overlay_text(overlay))
    (namespace,) = [item["metadata"]["name"] for item in items if item["kind"] == "Namespace"]
    assert {item["metadata"].get("namespace") for item in items if item["kind"] != "Namespace"} == {namespace}


def test_chart_and_overlays_make_the_same_pods():
    """But for what is theirs: labels, and which secrets there are."""

    def shape(text, name):
        for item, pod in pods_of(text):
            if item["metadata"]["name"] == name:
                spec = pod["spec"]
                (container,) = spec["containers"]
                plain = {key: value for key, value in spec.items() if key not in ("containers", "volumes", "topologySpreadConstraints")}
                return plain | {"container": {key: value for key, value in container.items() if key not in ("env", "envFrom", "image")}}
        raise AssertionError(f"no {name}")

    for name in ["toolbridge-api", "toolbridge-mcp", "toolbridge-mcp-sse"]:
        assert shape(overlay_text("production"), name) == shape(chart_text("default"), name)
