import JSON

extension ProtocolEngine {
    /// Does the work of anything but a tool, and writes its result.
    func result(of invocation: Invocation, _ context: RequestContext<Caller>) async throws -> [UInt8] {
        let (revision, meta) = (invocation.revision, definition.published.resultMeta)
        switch invocation.work {
        case .tool:
            throw MCPError.methodNotFound
        case .list(let kind, let cursor):
            return try await page(of: kind, after: cursor, for: invocation.principal, context)
        case .read(let uri):
            return try await read(uri, context)
        case .prompt(let index, let arguments):
            let prompt = definition.prompts[index]
            let messages = try await mended { try await prompt.get(context, arguments: arguments) }
            return prompt.result(messages, for: revision, meta: meta)
        case .completePrompt(let index, let argument, let query):
            return try await complete(definition.prompts[index].arguments[argument], query, context)
        case .completeTemplate(let index, let variable, let query):
            return try await complete(definition.templates[index].variables[variable], query, context)
        case .task(let request):
            return try await result(of: request, by: invocation.principal)
        case .wish(let wish):
            var wish = wish
            if case .subscription(let uri, _) = wish {
                guard let subscriptions = definition.subscriptions, try await subscriptions.mayWatch(context, uri) else {
                    throw MCPError.resourceNotFound(uri: uri)
                }
                wish = .subscription(uri: uri, canonical: subscriptions.canonical(uri))
            }
            try await context.link?.transport.remember(wish)
            return Array("{}".utf8)
        }
    }

    /// A page of a list: the declared entries first, then what a `ResourceListing` gives (G1, G2).
    private func page(
        of kind: ListKind,
        after cursor: String?,
        for principal: Principal,
        _ context: RequestContext<Caller>
    ) async throws -> [UInt8] {
        let (revision, published) = (context.revision, definition.published.list(kind, for: context.clientCapabilities))
        let listing = kind == .resources ? definition.listing : nil
        let position = try cursor.map { cursor throws(MCPError) in
            try ListPosition(cursor: cursor, of: kind, for: principal, with: sealer)
        }
        var entries: ArraySlice<[UInt8]> = []
        var (next, key): (ListPosition?, String?)
        switch position {
        case .listed(let after): key = after
        case .afterDeclared(let last): (entries, next) = try declared(published, after: last, for: revision)
        case nil: (entries, next) = try declared(published, after: nil, for: revision)
        }
        if let listing, next == nil {
            let room = definition.pageSize - entries.count
            if room > 0 {
                let page = try await listing.page(context, key, room)
                for entry in page.entries {
                    if let fault = MetaMember.fault(in: entry.meta) { throw ResultFault("resource \(entry.uri): its _meta \(fault)") }
                    var writer = JSONWriter(reserving: 256)
                    entry.writeEntry(to: &writer, for: revision)
                    entries.append(writer.bytes)
                }
                next = page.next.map { .listed(after: $0) }
            } else {
                next = .listed(after: nil)
            }
        } else if listing == nil, case .listed = position {
            throw MCPError.unknownCursor
        }
        return PublishedList.result(
            kind,
            entries,
            next: try next?.cursor(of: kind, for: principal, with: sealer),
            for: revision,
            caching: listing?.caching ?? published.caching,
            meta: definition.published.resultMeta
        )
    }

    private func declared(
        _ list: PublishedList,
        after key: String?,
        for revision: Revision
    ) throws(MCPError) -> (ArraySlice<[UInt8]>, ListPosition?) {
        let slice = try list.slice(after: key, for: revision)
        return (slice.entries, slice.next.map { .afterDeclared($0) })
    }

    /// A declared resource, else the first template that fits (RS3, RS9).
    private func read(_ uri: String, _ context: RequestContext<Caller>) async throws -> [UInt8] {
        if let resource = definition.resource(at: uri) {
            let contents = try await mended { try await resource.read(context) }
            return try written(contents, of: uri, mimeType: resource.link.mimeType, caching: resource.caching, context)
        }
        for template in definition.templates {
            guard let variables = template.match(uri) else { continue }
            let contents = try await mended { try await template.read(context, variables) }
            return try written(contents, of: uri, mimeType: template.mimeType, caching: template.caching, context)
        }
        throw MCPError.resourceNotFound(uri: uri)
    }

    private func written(
        _ contents: ResourceContents?,
        of uri: String,
        mimeType: String?,
        caching: CachingHints,
        _ context: RequestContext<Caller>
    ) throws -> [UInt8] {
        guard let contents, !contents.parts.isEmpty else { throw MCPError.resourceNotFound(uri: uri) }
        for part in contents.parts {
            if let fault = MetaMember.fault(in: part.meta) { throw ResultFault("resource \(uri): its _meta \(fault)") }
        }
        // K4: what came of an answer is for this caller and this moment.
        let caching = context.link?.hasInput == true ? CachingHints.never : caching
        return contents.result(of: uri, mimeType: mimeType, for: context.revision, caching: caching, meta: definition.published.resultMeta)
    }

    /// An argument for which nobody proposes anything has no proposals (C3 is about unknown ones).
    private func complete(
        _ argument: DeclaredArgument<Caller>,
        _ query: CompletionQuery,
        _ context: RequestContext<Caller>
    ) async throws -> [UInt8] {
        let completions = try await mended { try await argument.complete?.propose(context, query) } ?? Completions([])
        return completions.result(for: context.revision, meta: definition.published.resultMeta)
    }

    /// An argument that doesn't fit is -32602 wherever there is no result to say it in (P2).
    private func mended<Value>(_ work: () async throws -> Value) async throws -> Value {
        do {
            return try await work()
        } catch let error as ArgumentError {
            throw MCPError.invalidParameters(error.message)
        }
    }
}
