/// Which tools an operator offers, and which of them the address of a request may choose.
package struct ToolOffer: Sendable, Equatable {
    /// What is offered where an address chooses nothing.
    package let standard: ToolSelection
    private let bound: ToolSelection

    /// - Parameters:
    ///   - chosen: The operator's toolsets, of which an address can choose less; nil for the usual ones, where it can choose any.
    ///   - isReadOnly: Whether only tools that read are offered, whatever an address says.
    package init(_ chosen: Set<Toolset>? = nil, isReadOnly: Bool = false) {
        standard = ToolSelection(chosen ?? [.standard], isReadOnly: isReadOnly)
        bound = ToolSelection(chosen ?? [.all], isReadOnly: isReadOnly)
    }

    /// The sets that an address can choose.
    package var toolsets: [Toolset] { Toolset.allCases.filter(bound.contains) }

    /// The parameter of an address that a name is meant to be, if it is another spelling of one: it would be passed over, and `readOnly=1`
    /// would leave the tools that write.
    package static func parameter(misspeltAs name: String) -> String? {
        let letters = name.utf8.lazy.map { $0 | 0x20 }.filter { (0x61...0x7A).contains($0) }
        for (parameter, spellings) in [("toolsets", ["toolsets", "toolset"]), ("readonly", ["readonly"])]
        where !name.utf8.elementsEqual(parameter.utf8) && spellings.contains(where: { letters.elementsEqual($0.utf8) }) {
            return parameter
        }
        return nil
    }

    /// What an address chooses.
    ///
    /// - Parameters:
    ///   - toolsets: Names, separated by commas; nil for the standard.
    ///   - readOnly: `1`, `0`, `true` or `false`; nil for what the operator says, which it can't lift.
    /// - Throws: ``ToolSelectionError``.
    package func selection(toolsets: String?, readOnly: String?) throws(ToolSelectionError) -> ToolSelection {
        var selection = standard
        if let toolsets {
            selection = try ToolSelection(toolsets, isReadOnly: standard.isReadOnly)
            guard selection.toolsets.isSubset(of: bound.toolsets) else { throw .notOffered }
        }
        switch readOnly {
        case nil, "0", "false": break
        case "1", "true": selection.isReadOnly = true
        default: throw .notBoolean
        }
        return selection
    }
}
