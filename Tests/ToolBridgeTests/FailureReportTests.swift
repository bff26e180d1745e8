import Synchronization
import Testing
import ToolBridge

@Suite("Failures of a store")
struct FailureReportTests {
    private struct DiskFull: Error {}

    /// Fails at everything, in one way.
    private struct FailingStore: Store {
        let error: any Error

        func read<Value: Sendable>(of owner: Owner, _ body: @escaping @Sendable (any StoreReader) throws -> Value) async throws -> Value {
            throw error
        }

        func write<Value: Sendable>(of owner: Owner, _ body: @escaping @Sendable (any StoreTransaction) throws -> Value) async throws
            -> Value
        {
            throw error
        }

        func check() async throws { throw error }

        func stateKeys(orKeeping fresh: StateKey) async throws -> [StateKey] { throw error }

        func eraseSome() async throws -> Bool { throw error }

        func ownersToIndex(after last: Owner?) async throws -> (behind: [Owner], last: Owner?) { throw error }
    }

    private func reports(of error: any Error) async -> (refusals: [ItemError], reported: [any Error]) {
        let reported = Mutex<[any Error]>([])
        let service = LocalItemService(store: FailingStore(error: error), report: { cause in reported.withLock { $0.append(cause) } })
        let owner = Owner(tenant: "t", subject: "s")
        var refusals: [ItemError] = []
        do { _ = try await service.item(.sample(1), .notes, includeDeleted: false, of: owner) } catch { refusals.append(error) }
        do {
            _ = try await service.mutate(.sample(1), .notes, .delete, expecting: nil, epoch: nil, of: owner)
        } catch { refusals.append(error) }
        return (refusals, reported.withLock { $0 })
    }

    @Test("reach the log with their cause, and the caller without it")
    func causes() async {
        for (error, code) in [
            (StoreError.unavailable(underlying: DiskFull()), ItemError.Code.unavailable),
            (StoreError.rejected(underlying: DiskFull()), .internalError),
        ] {
            let (refusals, reported) = await reports(of: error)
            #expect(refusals.map(\.code) == [code, code])
            #expect(reported.count == 2 && reported.allSatisfy { $0 is DiskFull })
            #expect(refusals.allSatisfy { !$0.text.contains("DiskFull") })
        }
    }

    @Test("are told from refusals, which no log needs")
    func refusals() async {
        let (refusals, reported) = await reports(of: ItemError.notFound(.notes))
        #expect(refusals == [.notFound(.notes), .notFound(.notes)])
        #expect(reported.isEmpty)
    }
}
