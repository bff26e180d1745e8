import Auth
import Program

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What a person is told once the server is up.
///
/// It goes to stderr: stdout carries the log alone.
struct Welcome {
    let url: String
    let identity: Identity
    let database: DatabaseLocation
    let tenant: String?

    func print() {
        let text = Array((lines.joined(separator: "\n") + "\n").utf8)
        var rest = text[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    var lines: [String] {
        var lines = ["", "ToolBridge \(Version.current) is ready at \(url), with its data in \(database.path)", ""]
        guard let (token, isNew) = identity.localToken else { return lines + callers + [""] }
        // The token is shown to a person who has just made it or who watches; a log that collects stderr doesn't get it again and again.
        let shown = isNew || isatty(STDERR_FILENO) == 1 ? token.reveal() : "$('\(ProgramPath.current)' token --database '\(database.url)')"
        lines.append("Your token: \(shown)")
        lines.append("")
        lines.append("Try it:")
        lines.append("  curl -H \"Authorization: Bearer \(shown)\" -d '{\"title\":\"Hello\",\"content\":\"From curl\"}' \(url)/v1/notes")
        lines.append("  curl -H \"Authorization: Bearer \(shown)\" \(url)/v1/notes")
        lines.append("")
        lines.append("Connect an assistant (paste, or let `\(ProgramPath.current) connect CLIENT --install` do it):")
        for client in ConnectClient.allCases {
            let snippet = ConnectSnippet(client: client, program: ProgramPath.current, database: database, tenant: tenant)
            lines.append("  \(client.title), in \(client.fileName):")
            lines.append("    \(snippet.text)")
        }
        return lines + [""]
    }

    /// Who may call, where it isn't the one person of the local profile.
    private var callers: [String] {
        let issuer = identity.settings.tokens.issuer?.issuer ?? ""
        return switch identity.profile {
        case .local: []
        case .dev: ["Profile dev: send X-Debug-Sub: NAME instead of a token.", "  curl -H 'X-Debug-Sub: me' \(url)/v1/notes"]
        case .oidc: ["Profile oidc: tokens of \(issuer)."]
        case .hs256: ["Profile hs256: tokens signed with JWT_HS256_SECRET."]
        }
    }
}
