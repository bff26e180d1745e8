import Program
import SQLiteDriver
import ServiceLifecycle

/// Ends the program, with a status other than 0, once the database can't be written any more: a supervisor then starts it anew.
struct DatabaseWatch: Service {
    let database: SQLiteDatabase

    func run() async throws {
        let failure = await cancelWhenGracefulShutdown { await database.failure() }
        if let failure { throw StartFault("the database has failed and can't be used any more: \(failure)") }
    }
}

extension DatabaseWatch: CustomStringConvertible {
    /// A name, for the service group's log.
    var description: String { "database" }
}
