import JSON
import MCP
import Testing
import ToolBridge
import Tools

/// One call of a tool is one call of the service.
@Suite struct CostTests {
    private static let uid = MinimalArguments.uid

    @Test func everyDataToolCostsOneCallOfTheServiceWithTheCallersOwner() async throws {
        for owner in [Owner.me, .other] {
            let service = CountingService()
            let box = ToolBox(service, owner: owner)
            for (index, tool) in box.tools.enumerated() {
                _ = try await box.value(tool.name, MinimalArguments.of(tool.name))
                #expect(service.count == (tool.name == "health_check" ? 40 : index + 1), "\(tool.name)")
            }
            #expect(service.owners == Array(repeating: owner, count: 40))
        }
    }

    @Test func eachToolMakesTheCallThatItIsFor() async throws {
        let service = CountingService()
        let box = ToolBox(service)
        for kind in ItemTools<Owner>.kinds {
            for tool in kind.toolNamesInOrder {
                _ = try await box.value(tool, MinimalArguments.of(tool))
                let operation = tool.prefix { $0 != "_" }
                switch service.last {
                case .list(kind, _): #expect(operation == "list")
                case .item(kind, _, _): #expect(operation == "get")
                case .create(kind, _): #expect(operation == "create")
                case .mutate(kind, _, .replace, _): #expect(operation == "update")
                case .mutate(kind, _, .patch, _): #expect(operation == "patch")
                case .mutate(kind, _, .delete, _): #expect(operation == "delete")
                case .mutate(kind, _, .archive, _): #expect(operation == "archive")
                case .mutate(kind, _, .process, _): #expect(operation == "process")
                default: Issue.record("\(tool) makes another call")
                }
            }
        }
        #expect(service.count == 40)
        // Whatever is optional costs nothing more.
        for (tool, arguments) in [
            ("list_notes", #"{"limit":200,"cursor":"c","include_deleted":true}"#),
            ("get_note", #"{"uid":"\#(Self.uid)","include_deleted":true}"#),
            (
                "create_task",
                #"{"title":"t","description":"d","status":"s","priority":"p","due_date":"d","tags":["a"],"additional_fields":{"a":1}}"#
            ),
            ("update_note", #"{"uid":"\#(Self.uid)","title":"t","content":"c","if_match":1,"additional_fields":{"a":1}}"#),
            ("process_note", #"{"uid":"\#(Self.uid)","action":"pin","metadata":{"a":1}}"#),
        ] {
            let before = service.count
            _ = try await box.value(tool, arguments)
            #expect(service.count == before + 1, "\(tool)")
        }
    }
}

extension ItemKind {
    /// The names of the kind's eight tools.
    fileprivate var toolNamesInOrder: [String] {
        ["list_\(path)"] + ["get", "create", "update", "patch", "delete", "archive", "process"].map { "\($0)_\(singular)" }
    }
}
