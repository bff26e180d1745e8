/// Which tools are offered.
///
/// Two selections of the same tools are equal, however they were named. `health_check` belongs to every one.
package struct ToolSelection: Sendable, Hashable {
    /// The parts of the sets that were chosen; see ``Toolset/allParts``.
    package let toolsets: Set<Toolset>
    /// Whether the tools that change something are left out.
    package var isReadOnly: Bool

    package static let standard = ToolSelection([.standard])

    package init(_ toolsets: Set<Toolset>, isReadOnly: Bool = false) {
        self.toolsets = toolsets.reduce(into: []) { $0.formUnion($1.parts) }
        self.isReadOnly = isReadOnly
    }

    /// Reads names that are separated by commas; blanks around them don't count.
    ///
    /// - Throws: ``ToolSelectionError`` where there is no name, or one that isn't known.
    package init(_ text: String, isReadOnly: Bool = false) throws(ToolSelectionError) {
        var toolsets: Set<Toolset> = []
        for entry in text.split(separator: ",") {
            let name = entry.withoutBlanks
            guard !name.isEmpty else { continue }
            guard let toolset = Toolset(rawValue: String(name)) else { throw .unknown(DisplayText.line(String(name), bytes: 64)) }
            toolsets.insert(toolset)
        }
        guard !toolsets.isEmpty else { throw .empty }
        self.init(toolsets, isReadOnly: isReadOnly)
    }

    /// Whether this one has all tools of a set; tools that change something count also where they are left out.
    package func contains(_ toolset: Toolset) -> Bool { toolset.parts.isSubset(of: toolsets) }

    /// What the chosen parts have, in the order of the list: ``standard`` ends with `health_check`, and all others come behind it.
    func inOrder<Entry>(health: [Entry], _ entries: (Toolset) -> [Entry]) -> [Entry] {
        let isStandard = { (part: Toolset) in Toolset.standard.parts.contains(part) }
        let chosen = Toolset.allParts.filter(toolsets.contains)
        return chosen.filter(isStandard).flatMap(entries) + health + chosen.filter { !isStandard($0) }.flatMap(entries)
    }

    /// The names of the tools, in the order of the list.
    package var toolNames: [String] {
        let names = { (part: Toolset) in part.toolNames.filter { !isReadOnly || $0.isReading }.map(\.name) }
        return inOrder(health: ["health_check"], names)
    }
}

/// Why a text chooses no tools.
package enum ToolSelectionError: Error, Sendable, Equatable, CustomStringConvertible {
    case empty
    case unknown(String)
    /// One of the sets has tools that aren't offered.
    case notOffered
    case notBoolean

    package var description: String {
        switch self {
        case .empty: "no toolset is named"
        case .unknown(let name): "there is no toolset \(name)"
        case .notOffered: "not all of these toolsets are offered"
        case .notBoolean: "neither true nor false"
        }
    }
}

extension Substring {
    /// Without blanks and tabs at its ends.
    fileprivate var withoutBlanks: Substring {
        var text = self
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
