/// Which kind of callers `serve` takes, decided once at start by the settings alone.
package enum Profile: String, Sendable {
    /// One person, with one token that this program made.
    case local
    /// Development: names in place of tokens, and tokens by a secret that everybody knows.
    case dev
    /// The tokens of an identity provider.
    case oidc
    /// Tokens that somebody's backend signs with a shared secret.
    case hs256

    /// - Throws: ``StartFault`` where the profile must not run.
    package init(_ settings: SettingsReader, address: ListenAddress) throws(StartFault) {
        let allowsRemote = try settings.value(Settings.allowsRemoteDevelopment) ?? false
        if try settings.value(Settings.environment) == "dev" {
            if !allowsRemote { try Self.checkDevelopment(settings, address) }
            self = .dev
        } else if [Settings.issuer.row, Settings.keySetURL.row, Settings.authorizationServer.row].contains(where: settings.isSet) {
            self = .oidc
        } else if try settings.value(Settings.allowsSharedSecret) ?? false {
            self = .hs256
        } else {
            self = .local
        }
    }

    /// The local profile serves one person and has no limits.
    package var hasRateLimits: Bool { self != .local }

    /// - Throws: ``StartFault`` where development has no place: on platforms that serve others, and on addresses that others reach.
    package static func checkDevelopment(_ settings: SettingsReader, _ address: ListenAddress) throws(StartFault) {
        for platform in ["FLY_APP_NAME", "KUBERNETES_SERVICE_HOST"] where settings.text(platform) != nil {
            throw StartFault("ENV=dev must not run where \(platform) is set: unset ENV")
        }
        guard address.isLoopback else {
            throw StartFault("ENV=dev must not listen on \(address.host): listen on 127.0.0.1 or unset ENV")
        }
    }
}
