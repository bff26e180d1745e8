/// Hints for people about what a tool may do; never checked, and true (A4, T12).
public struct ToolAnnotations: Sendable, Equatable {
    /// The tool changes nothing.
    public let readOnly: Bool
    /// It may remove or overwrite something.
    public let destructive: Bool
    /// Calling it again with the same arguments changes nothing more.
    public let idempotent: Bool
    /// It reaches beyond this server's own data.
    public let openWorld: Bool

    public init(readOnly: Bool, destructive: Bool, idempotent: Bool, openWorld: Bool = false) {
        self.readOnly = readOnly
        self.destructive = destructive
        self.idempotent = idempotent
        self.openWorld = openWorld
    }

    /// A tool that only reads this server's data.
    public static let reading = ToolAnnotations(readOnly: true, destructive: false, idempotent: true)
    /// A tool that adds something with each call, and removes and overwrites nothing.
    public static let adding = ToolAnnotations(readOnly: false, destructive: false, idempotent: false)
}
