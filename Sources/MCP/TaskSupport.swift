/// Whether a call of a tool may go on as a task after its request was answered (TK2).
///
/// What a tool may do it does with `RequestContext.asTask`.
public enum TaskSupport: Sendable, Equatable {
    /// It always ends within the request.
    case never
    /// It becomes a task for clients that can follow one, and runs within the request for others.
    ///
    /// There it may be run again for each question it asks. Work that asks after it has had effects needs `required`.
    case allowed
    /// It can only be a task: clients that can't follow one are refused, in 2026-07-28 by -32021.
    ///
    /// Sessions know no tasks; their models read why the tool can't be used, in a result with `isError: true` (TK12).
    case required
}
