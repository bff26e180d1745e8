/// Whether a call of a tool may go on as a task after its request was answered (TK2).
///
/// What a tool may do it does with `RequestContext.asTask`.
public enum TaskSupport: Sendable, Equatable {
    /// It always ends within the request.
    case never
    /// It becomes a task for clients that can follow one, and runs within the request for others.
    case allowed
    /// It can only be a task: clients that can't follow one are refused.
    case required
}
