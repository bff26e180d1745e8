import SQLStore
import StoreConformance
import Testing

/// SQLite as a store.
@Test("SQLite conforms", arguments: StoreRequirement.all)
func conforms(_ requirement: StoreRequirement) async throws {
    try await withDatabase { database, _ in try await requirement.check(SQLStore(database: database)) }
}
