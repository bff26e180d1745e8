import JSON

extension ClientCapabilities {
    /// Those that a revision has; a client that declares more can't be held to it (V4).
    func known(in revision: Revision) -> ClientCapabilities {
        var known = self
        if !revision.hasForms { known.subtract([.elicitationForm, .elicitationURL]) }
        if !revision.hasFullForms { known.subtract([.elicitationURL, .samplingTools, .samplingContext]) }
        return known
    }

    /// Shaped as the client would declare them (B12).
    var declaration: JSONValue {
        var writer = JSONWriter()
        writer.object { writer in
            for (name, part, members) in ClientCapabilities.tree where !isDisjoint(with: part) {
                writer.key(escaping: name)
                writer.object { writer in
                    for (name, part) in members where contains(part) {
                        writer.key(escaping: name)
                        writer.raw("{}")
                    }
                }
            }
        }
        return (try? JSONValue(parsing: writer.bytes)) ?? JSONValue.emptyObject
    }

    /// For texts: `sampling`, `elicitation.url`.
    var names: String {
        var names: [String] = []
        for (name, part, members) in ClientCapabilities.tree where !isDisjoint(with: part) {
            let inner = members.filter { contains($0.1) && $0.1 != .elicitationForm }.map { "\(name).\($0.0)" }
            names += inner.isEmpty || contains(.elicitationForm) && name == "elicitation" ? [name] + inner : inner
        }
        return names.joined(separator: ", ")
    }

    private typealias Branch = (String, ClientCapabilities, [(String, ClientCapabilities)])

    private static var tree: [Branch] {
        [
            ("roots", .roots, []),
            ("sampling", [.sampling, .samplingTools, .samplingContext], [("tools", .samplingTools), ("context", .samplingContext)]),
            ("elicitation", [.elicitationForm, .elicitationURL], [("form", .elicitationForm), ("url", .elicitationURL)]),
        ]
    }
}
