import Auth

/// Where the data is, where to listen, and how the program ends.
extension Settings {
    package static let serving: [SettingRow] = [
        database.row, address.row, environment.row, allowsRemoteDevelopment.row, shutdownTimeout.row, drainDelay.row,
        metricsAddress.row,
    ]

    package static let database = Setting(
        "DATABASE_URL",
        // That of a database server may hold a password.
        isSecret: true,
        flag: "--database",
        default: "`toolbridge.db` in the data folder",
        "`sqlite:PATH`; relative to the current folder, `~/` to yours",
        form: "sqlite:PATH; PostgreSQL isn't supported by this version",
        parse: DatabaseLocation.init(url:)
    )
    package static let address = Setting(
        "HTTP_ADDR",
        flag: "--host, --port",
        default: "`127.0.0.1:8080`",
        "where to listen; `:PORT` is every address, port 0 takes a free one",
        form: "HOST:PORT or :PORT",
        parse: ListenAddress.init(text:)
    )
    package static let environment = Setting(
        "ENV",
        default: "none",
        "exactly `dev` is the profile for development: `X-Debug-Sub` names the subject where no token is sent, and tokens signed with "
            + "`JWT_HS256_SECRET` are taken; loopback only. Any other word, such as `staging`, says nothing",
        form: "dev, or another word without effect",
        parse: { $0 }
    )
    package static let allowsRemoteDevelopment = Setting(
        "TOOLBRIDGE_ALLOW_DEV_REMOTE",
        default: "`false`",
        "lets `ENV=dev` listen on other addresses, and run where `FLY_APP_NAME` or `KUBERNETES_SERVICE_HOST` is set",
        form: SettingForm.boolean,
        parse: SettingForm.boolean
    )
    package static let shutdownTimeout = Setting(
        "TOOLBRIDGE_SHUTDOWN_TIMEOUT_SECONDS",
        default: "`7`",
        "how long requests in flight may take after SIGTERM, in seconds: 0 to 3600",
        form: "0 to 3600",
        parse: { SettingForm.integer($0, in: 0...3600).map { Duration.seconds($0) } }
    )
    package static let metricsAddress = Setting(
        "TOOLBRIDGE_METRICS_ADDR",
        default: "`127.0.0.1:9091`",
        "where `/metrics` and `/readyz?verbose` are served, as `HTTP_ADDR`, or `off`. They ask nobody for a token: let nobody else reach the "
            + "port. Where it is taken, the server warns and runs without them",
        form: "HOST:PORT, :PORT or off",
        parse: MetricsAddress.init(text:)
    )
    package static let drainDelay = Setting(
        "TOOLBRIDGE_DRAIN_DELAY_SECONDS",
        default: "`0`",
        "how long after SIGTERM connections are still accepted, in seconds: 0 to 3600",
        form: "0 to 3600",
        parse: { SettingForm.integer($0, in: 0...3600).map { Duration.seconds($0) } }
    )
}
