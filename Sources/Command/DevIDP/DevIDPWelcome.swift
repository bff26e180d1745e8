import DevIdentity
import JSON

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What the development identity provider says once it is up: one line of JSON for programs, and how to go on for people.
struct DevIDPWelcome {
    let issuer: String
    let options: DevIdentityOptions

    func print() {
        Self.put(STDOUT_FILENO, String(decoding: json, as: UTF8.self) + "\n")
        Self.put(STDERR_FILENO, lines.joined(separator: "\n") + "\n")
    }

    /// What `serve` is told to take this provider's tokens.
    private var settings: [(StaticString, String)] {
        [
            ("JWT_ISSUER", issuer),
            ("JWT_JWKS_URL", issuer + "/oauth2/jwks"),
            ("JWT_AUDIENCE", options.server),
            ("TOOLBRIDGE_PUBLIC_BASE_URL", options.server),
        ]
    }

    /// Further settings, with which `serve` asks this provider for memberships.
    private var memberships: [(StaticString, String)] {
        [("WORKOS_API_BASE_URL", issuer), ("WORKOS_API_KEY", DevIdentityOptions.workOSKey)]
    }

    /// For programs.
    ///
    /// `{"issuer":"…","pid":1,"serve":{"JWT_ISSUER":"…",…},"workos":{…}}`
    private var json: [UInt8] {
        var writer = JSONWriter(reserving: 512)
        writer.beginObject()
        writer.member("issuer", issuer)
        writer.member("pid", getpid())
        for (name, settings) in [("serve", settings), ("workos", memberships)] as [(StaticString, [(StaticString, String)])] {
            writer.key(name)
            writer.beginObject()
            for (name, value) in settings { writer.member(name, value) }
            writer.endObject()
        }
        writer.endObject()
        return writer.bytes
    }

    private var lines: [String] {
        var lines = ["", "An identity provider for development is ready at \(issuer): it gives any token to anybody who asks.", ""]
        lines.append("Let a server take its tokens:")
        lines.append("  \(Self.text(settings)) '\(ProgramPath.current)' serve")
        lines.append("With memberships too:")
        lines.append("  \(Self.text(memberships))")
        lines.append("A token:")
        lines.append("  curl '\(issuer)/dev/token?sub=\(options.user)'")
        return lines + [""]
    }

    private static func text(_ settings: [(StaticString, String)]) -> String {
        settings.map { "\($0)=\($1)" }.joined(separator: " ")
    }

    private static func put(_ descriptor: Int32, _ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
