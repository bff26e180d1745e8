package import HTTPServer
package import Tools

extension ToolOffer {
    /// What a request's address chooses with `toolsets` and `readonly`.
    ///
    /// - Throws: 400 `invalid_parameter` that lists what can be chosen.
    package func selection(_ request: IncomingRequest) throws(Problem) -> ToolSelection {
        for name in request.queryParameterNames {
            guard let meant = Self.parameter(misspeltAs: name) else { continue }
            throw .invalidParameter(meant, "write \(meant), in small letters alone")
        }
        let toolsets = try request.queryParameter("toolsets")
        let readOnly = try request.queryParameter("readonly")
        do {
            return try selection(toolsets: toolsets, readOnly: readOnly)
        } catch .notBoolean {
            throw .invalidParameter("readonly", "readonly must be 1, 0, true or false")
        } catch {
            let names = self.toolsets.map(\.rawValue)
            var problem = Problem.invalidParameter("toolsets", "\(error): choose from \(names.joined(separator: ", "))")
            problem.fields.append(("toolsets", .strings(names)))
            throw problem
        }
    }
}
