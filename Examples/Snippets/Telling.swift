import MCP

// The code of the article "Progress, cancellation and log messages".

func importing(_ read: @escaping @Sendable (Int) async throws -> Bool) -> Tool<User> {
    Tool("import_notes", "Imports a folder of notes.", annotations: .adding, .integer("count", "How many files.", in: 1...10_000)) {
        context,
        count in
        for number in 1...count {
            try Task.checkCancellation()
            if !(try await read(number)) { await context.log(.warning, "File \(number) is empty", logger: "import") }
            await context.progress(Double(number), of: Double(count), "File \(number)")
        }
        return .text("\(count) files are imported.")
    }
}

func releasing(_ work: @escaping @Sendable () async throws -> String) -> Tool<User> {
    Tool("long_report", "Writes a report; takes minutes.", annotations: .reading) { context in
        await context.releaseConnection(clientReturnsAfter: .seconds(5))
        return .text(try await work())
    }
}
