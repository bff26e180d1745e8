import ToolBridge

/// What a call was about, for saying what to do if it is refused.
struct Attempt: Sendable {
    /// The tool's name.
    var tool: String?
    var kind: ItemKind?
    /// The item that was meant, if one was.
    var uid: UID?
    /// What was to be written: a whole payload, or some fields of one.
    var sent: Payload?
}

extension Mutation {
    /// What it was to write, if that came from the caller.
    var sent: Payload? {
        switch self {
        case .create(let payload), .replace(let payload), .patch(let payload), .mergePatch(let payload): payload
        case .delete, .archive, .process, .restore: nil
        }
    }
}
