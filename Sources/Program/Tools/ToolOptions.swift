package import ArgumentParser
package import Tools

/// The flags that say which tools are offered.
package struct ToolOptions: ParsableArguments {
    @Option(help: "The toolsets that are offered, separated by commas: \(Toolset.names). Default: TOOLBRIDGE_TOOLSETS, else standard.")
    package var toolsets: String?

    @Flag(help: "Offers only tools that read. Also TOOLBRIDGE_READ_ONLY.")
    package var readOnly = false

    package init() {}

    /// - Throws: ``StartFault``.
    package func offer(_ settings: SettingsReader) throws(StartFault) -> ToolOffer {
        var chosen: ToolSelection?
        if let toolsets {
            do {
                chosen = try ToolSelection(toolsets)
            } catch {
                throw StartFault("--toolsets must be \(Settings.toolsets.form): \(error)")
            }
        } else {
            chosen = try settings.value(Settings.toolsets)
        }
        let isReadOnly = try settings.value(Settings.readOnly) ?? false
        return ToolOffer(chosen?.toolsets, isReadOnly: readOnly || isReadOnly)
    }
}
