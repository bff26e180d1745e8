package import Auth
package import HTTPServer
package import Observability

/// How much callers may ask, and what is written down of it.
extension Settings {
    package static let limits: [SettingRow] = [
        dataRate.row, authRate.row, addressRate.row, trustedProxies.row, logLevel.row, logFormat.row, logKey.row,
    ]

    package static let dataRate = rate(
        "RATE_LIMIT_DATA",
        "600/60/120",
        "requests of one owner to data, as `requests/seconds/burst`, or `off`: so many in so many seconds, and so many at once (1 to 1000000 / "
            + "1 to 86400 / 1 to 1000000). An MCP tool call is one. The local profile has no limits, and neither has `mcp` unless this is set: the API counts"
    )
    package static let authRate = rate(
        "RATE_LIMIT_AUTH",
        "60/60/20",
        "the same for sessions, tenant resolve and token exchange, for each subject"
    )
    package static let addressRate = rate(
        "RATE_LIMIT_ADDRESS",
        "120/60/60",
        "the same for requests without a valid token, for each address"
    )
    package static let trustedProxies = Setting(
        "TOOLBRIDGE_TRUSTED_PROXIES",
        default: "none",
        "who is believed when it says for whom it asks: list of networks and addresses (`10.0.0.0/8,fd00::/8`), whose `X-Forwarded-For` "
            + "counts, or `fly` for Fly's proxy",
        form: "networks and addresses separated by commas, such as 10.0.0.0/8,fd00::/8, or fly",
        parse: { TrustedProxies(text: $0) }
    )
    package static let logLevel = Setting(
        "TOOLBRIDGE_LOG_LEVEL",
        default: "`INFO`",
        "the least grave lines that are written: `trace`, `debug`, `info`, `warning` or `error`, in any letter case",
        form: "trace, debug, info, warning or error",
        parse: { LogLevel($0) }
    )
    package static let logFormat = Setting(
        "TOOLBRIDGE_LOG_FORMAT",
        default: "`console` on a terminal, else `json`",
        "how log lines look: `json` or `console`; on stdout, of `stdio` on stderr",
        form: "json or console",
        parse: { LogFormat(rawValue: $0) }
    )

    package static let logKey = Setting(
        "TOOLBRIDGE_LOG_KEY",
        isSecret: true,
        default: "derived from the state keys",
        "at least 16 characters: under it log lines show tenants and subjects as hashes; the same key gives the same hashes everywhere",
        form: "at least 16 characters",
        parse: { $0.utf8.count >= 16 ? Secret($0) : nil }
    )

    private static func rate(_ name: String, _ standard: String, _ meaning: String) -> Setting<RateSetting> {
        Setting(
            name,
            default: "`\(standard)`",
            meaning,
            form: "requests/seconds/burst, such as \(standard), or off",
            parse: RateSetting.init(text:)
        )
    }
}
