/// Proposes values for an argument of a prompt or a variable of a resource template (C1, C2).
///
/// ```swift
/// .string("city", "Where.", completing: Completer { context, typed in Completions(try await cities(typed.value, of: context.caller)) })
/// ```
public struct Completer<Caller: Sendable>: Sendable {
    let propose: @Sendable (RequestContext<Caller>, CompletionQuery) async throws -> Completions

    /// - Parameter propose: Gives proposals for what was typed, only of what the caller may read.
    public init(
        _ propose: @escaping @Sendable (_ context: RequestContext<Caller>, _ typed: CompletionQuery) async throws -> Completions
    ) {
        self.propose = propose
    }

    /// Proposes those of a few values that begin with what was typed.
    public static func among(_ values: [String]) -> Completer<Caller> {
        Completer { _, typed in Completions(values, startingWith: typed.value) }
    }
}
