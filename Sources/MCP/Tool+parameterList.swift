public import JSON

extension Tool {
    /// A tool whose parameters come out of a table: all of one type, so that their number needn't be known when it is written.
    ///
    /// - Parameter call: Gets one value for each parameter, in their order.
    public init<Argument: Sendable>(
        _ name: String,
        title: String? = nil,
        _ description: String,
        annotations: ToolAnnotations,
        icons: [Icon] = [],
        output: JSONValue? = nil,
        tasks: TaskSupport = .never,
        ui: ToolUI? = nil,
        meta: JSONValue? = nil,
        parameters: [Parameter<Argument>],
        call: @escaping @Sendable (RequestContext<Caller>, [Argument]) async throws -> ToolResult
    ) {
        var declared = DeclaredParameters()
        for parameter in parameters { declared.append(parameter) }
        let names = declared.names
        self.init(
            name,
            title,
            description,
            annotations,
            icons,
            declared.schema(),
            output,
            tasks,
            ui,
            meta,
            run: { context, arguments in
                try names.refuseUnknown(in: arguments ?? .emptyObject)
                var values: [Argument] = []
                values.reserveCapacity(parameters.count)
                for parameter in parameters { values.append(try parameter.value(in: arguments ?? .emptyObject)) }
                return try await call(context, values)
            }
        )
    }
}
