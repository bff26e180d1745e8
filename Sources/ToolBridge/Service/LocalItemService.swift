/// The items of a store in this process.
///
/// The rules are pure functions; here they meet the store's transactions.
package struct LocalItemService: Sendable {
    let store: any Store
    /// Rung for an owner after each write.
    package let signals: ChangeSignals
    let now: @Sendable () -> Timestamp
    let makeUID: @Sendable () -> UID
    /// Which owners' changes are being made searchable.
    let catchUps = SearchCatchUps()
    let count: @Sendable (ServiceEvent) -> Void
    private let report: @Sendable (any Error) -> Void

    /// - Parameters:
    ///   - count: Told of what was done.
    ///   - report: Takes what the store said when it failed, for the log; callers only learn that it did.
    package init(
        store: any Store,
        signals: ChangeSignals = ChangeSignals(),
        now: @escaping @Sendable () -> Timestamp = { .now() },
        makeUID: @escaping @Sendable () -> UID = { .random() },
        count: @escaping @Sendable (ServiceEvent) -> Void = { _ in },
        report: @escaping @Sendable (any Error) -> Void = { _ in }
    ) {
        self.store = store
        self.signals = signals
        self.now = now
        self.makeUID = makeUID
        self.count = count
        self.report = report
    }

    func read<Value: Sendable>(
        of owner: Owner,
        _ body: @escaping @Sendable (any StoreReader) throws -> Value
    ) async throws(ItemError) -> Value {
        do {
            return try await store.read(of: owner, body)
        } catch {
            throw refusal(of: error)
        }
    }

    /// Runs a closure in a transaction and hands on its result, which the transaction survives if it is a refusal.
    func transaction<Value: Sendable>(
        of owner: Owner,
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result<Value, ItemError>
    ) async throws(ItemError) -> Value {
        let result: Result<Value, ItemError>
        do {
            result = try await store.write(of: owner, body)
        } catch {
            throw refusal(of: error)
        }
        return try result.get()
    }

    /// The one place where a cause and its refusal part.
    func refusal(of error: any Error) -> ItemError {
        let refusal = ItemError(error)
        if let cause = refusal.underlying { report(cause) }
        return refusal
    }
}
