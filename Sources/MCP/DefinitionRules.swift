import JSON

/// Why a server can't start with a declaration.
public struct DefinitionError: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// What a declaration is checked against beside itself.
struct Surroundings {
    /// The server's own, if it has one (A1).
    let origin: Origin?
    /// The addresses of the declared pages (UI2).
    let pages: [String]
}

extension Implementation {
    func check(_ surroundings: Surroundings) throws(DefinitionError) {
        guard !name.isEmpty, !version.isEmpty else { throw DefinitionError("the server needs a name and a version") }
        try icons.check("the server", surroundings)
    }
}

extension Tool {
    /// The rules that each tool must keep (T4, T5, J1–J3, R9, A1, B15, UI2).
    ///
    /// - Returns: What its schemas came to.
    func check(_ surroundings: Surroundings) throws(DefinitionError) -> ToolRules {
        let shown = name.isEmpty ? "a tool without a name" : "tool \(name)"
        try checkName(name, shown)
        try checkTexts(title, description, shown)
        try icons.check(shown, surroundings)
        if let fault { throw DefinitionError("\(shown): \(fault)") }
        try checkMeta(meta, shown)
        try ui?.check(shown, pages: surroundings.pages)
        let input = try SchemaRules.compiled(input: inputSchema, "\(shown): its input schema")
        let marked = try MarkedParameter.all(in: inputSchema, "\(shown): its input schema")
        let output = try outputSchema.map { schema throws(DefinitionError) in
            try SchemaRules.compiled(output: schema, "\(shown): its output schema")
        }
        return ToolRules(
            input: isCheckedBySchema ? input : nil,
            output: output,
            marked: marked,
            wrapsObjects: outputSchema.map { !$0.isOfObjects } ?? false,
            hasPage: ui?.page != nil,
            tasks: tasks,
            endsAtOnce: runAtOnce != nil
        )
    }
}

extension Prompt {
    /// The rules that each prompt must keep (P5, A1, A2, B15).
    func check(_ surroundings: Surroundings) throws(DefinitionError) {
        let shown = name.isEmpty ? "a prompt without a name" : "prompt \(name)"
        try checkName(name, shown)
        try checkTexts(title, description, shown)
        try icons.check(shown, surroundings)
        try checkMeta(meta, shown)
        for (index, argument) in arguments.enumerated() {
            try checkName(argument.name, "\(shown), argument \(index + 1)")
            guard !arguments[..<index].contains(where: { $0.name.sameBytes(argument.name) }) else {
                throw DefinitionError("\(shown): two of its arguments have the name \(argument.name)")
            }
        }
    }
}

extension Resource {
    /// The rules that each resource must keep (RS4, RS10, A1–A3, B15, UI3).
    func check(_ surroundings: Surroundings) throws(DefinitionError) {
        let shown = "resource \(link.uri)"
        guard URIText.isURI(link.uri) else { throw DefinitionError("\(shown): its address is no URI of RFC 3986") }
        try checkLength(link.uri, shown)
        guard !link.name.isEmpty else { throw DefinitionError("\(shown): it needs a name") }
        try checkTexts(link.title ?? "", link.description ?? "", shown)
        try link.icons.check(shown, surroundings)
        try checkMeta(link.meta, shown)
        if let fault { throw DefinitionError("\(shown): \(fault)") }
        if link.uri.isPageAddress, link.mimeType?.sameBytes(ToolUI.pageType) != true {
            throw DefinitionError("\(shown): the type of a page is \(ToolUI.pageType)")
        }
        guard (link.size ?? 0) >= 0 else { throw DefinitionError("\(shown): its size is negative") }
    }
}

extension ResourceTemplate {
    /// The rules that each template must keep (RS9, RS10, A1–A3, B15).
    func check(_ surroundings: Surroundings) throws(DefinitionError) {
        let shown = "resource template \(uriTemplate)"
        if let fault { throw DefinitionError("\(shown): \(fault)") }
        try checkLength(uriTemplate, shown)
        guard !name.isEmpty else { throw DefinitionError("\(shown): it needs a name") }
        try checkTexts(title, description, shown)
        try icons.check(shown, surroundings)
        try checkMeta(meta, shown)
    }
}

extension [Icon] {
    fileprivate func check(_ shown: String, _ surroundings: Surroundings) throws(DefinitionError) {
        for icon in self {
            if let fault = icon.fault(at: surroundings.origin) { throw DefinitionError("\(shown): its icon \(fault)") }
        }
    }
}

private func checkName(_ name: String, _ shown: String) throws(DefinitionError) {
    guard (1...64).contains(name.utf8.count), name.utf8.allSatisfy(isNameByte) else {
        throw DefinitionError("\(shown): a name is 1 to 64 of A-Z a-z 0-9 _ . -")
    }
}

/// Addresses of declared resources are keys of pages (G1).
private func checkLength(_ uri: String, _ shown: String) throws(DefinitionError) {
    guard uri.utf8.count <= ListPosition.maximumKeyBytes else {
        throw DefinitionError("\(shown): its address is longer than \(ListPosition.maximumKeyBytes) bytes")
    }
}

private func checkMeta(_ meta: JSONValue?, _ shown: String) throws(DefinitionError) {
    if let fault = MetaMember.fault(in: meta) { throw DefinitionError("\(shown): its _meta \(fault)") }
}

private func checkTexts(_ title: String, _ description: String, _ shown: String) throws(DefinitionError) {
    guard !title.isEmpty, !description.isEmpty else { throw DefinitionError("\(shown): it needs a title and a description") }
}

private func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"): true
    default: false
    }
}
