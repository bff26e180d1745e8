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
        // Two parameters of one name make a schema that isn't JSON; registration refuses the empty one that stands for it.
        self.init(
            name,
            title: title,
            description,
            annotations: annotations,
            icons: icons,
            inputSchema: declared.schema() ?? [:],
            output: output,
            tasks: tasks,
            ui: ui,
            meta: meta
        ) { context, arguments in
            try names.refuseUnknown(in: arguments)
            var values: [Argument] = []
            values.reserveCapacity(parameters.count)
            for parameter in parameters { values.append(try parameter.value(in: arguments)) }
            return try await call(context, values)
        }
        isCheckedBySchema = false
    }
}
