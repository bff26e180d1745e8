import JSON

/// What is asked, written as each revision has it.
enum QuestionBody: Sendable {
    case form(String, FormSchema)
    case url(String, String)
    case sampling(SamplingRequest)
    case roots

    var method: String {
        switch self {
        case .form, .url: "elicitation/create"
        case .sampling: "sampling/createMessage"
        case .roots: "roots/list"
        }
    }

    /// What the client must have declared (M4).
    var needs: ClientCapabilities {
        switch self {
        case .form: .elicitationForm
        case .url: .elicitationURL
        case .sampling(let request): request.usesTools ? [.sampling, .samplingTools] : .sampling
        case .roots: .roots
        }
    }

    /// Machines have 60 s, people 300 s (LS10).
    var patience: Duration {
        switch self {
        case .form, .url: .seconds(300)
        case .sampling, .roots: .seconds(60)
        }
    }

    /// Why it can't be asked of anybody.
    var fault: String? {
        switch self {
        case .form(_, let schema): schema.fault
        case .url(_, let url): URLRules.fault(of: url)
        case .sampling(let request): request.fault
        case .roots: nil
        }
    }

    /// Whether this revision has words for it; a client of it can't do what it hasn't (EL3).
    func isKnown(in revision: Revision) -> Bool {
        switch self {
        case .form(_, let schema): schema.isKnown(in: revision)
        case .url, .sampling, .roots: true
        }
    }

    /// The `params` of the request.
    ///
    /// - Parameter elicitationID: Names the opening of a page, in 2025-11-25 only (EL8).
    func params(for revision: Revision, elicitationID: String = "") -> [UInt8] {
        var writer = JSONWriter(reserving: 256)
        writer.object { writer in
            switch self {
            case .form(let message, let schema):
                // `mode` stays out: a form is what is meant without it (EL3).
                writer.member("message", message)
                writer.member("requestedSchema", raw: schema.written(for: revision))
            case .url(let message, let url):
                writer.member("mode", "url")
                if revision.isLegacy { writer.member("elicitationId", elicitationID) }
                writer.member("message", message)
                writer.member("url", url)
            case .sampling(let request): request.writeMembers(to: &writer, for: revision)
            case .roots: break
            }
        }
        return writer.bytes
    }
}

/// What an address must be before a person is sent to it (EL5).
enum URLRules {
    static func fault(of url: String) -> String? {
        let (isSecure, isPlain) = (url.hasPrefix("https://"), url.hasPrefix("http://"))
        guard URIText.isURI(url), isSecure || isPlain else { return "the page to open is no https address" }
        let authority = url.utf8.dropFirst(isSecure ? 8 : 7).prefix {
            $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#")
        }
        guard !authority.isEmpty, !authority.contains(UInt8(ascii: "@")) else { return "the page to open has no host, or credentials" }
        guard isPlain else { return nil }
        let isHere = ["localhost", "127.0.0.1", "[::1]"].contains { host in
            authority.elementsEqual(host.utf8) || authority.starts(with: Array("\(host):".utf8))
        }
        return isHere ? nil : "the page to open is not https"
    }
}
