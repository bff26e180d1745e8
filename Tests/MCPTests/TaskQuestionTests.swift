import JSON
import MCP
import Testing

@Suite("Questions of tasks", .timeLimit(.minutes(1)))
struct TaskQuestionTests {
    @Test("TK4 TK5 a task that asks shows its questions and goes on when they are answered", arguments: [true, false])
    func confirm(answer: Bool) async throws {
        let server = try TaskServer()
        let id = try await server.begin("confirm")
        let waiting = try await server.task(id, is: "input_required")
        #expect(waiting.names == TaskTests.summary.union(["resultType", "_meta", "inputRequests"]))
        #expect(waiting.questions == ["confirm"])
        let question = try #require(waiting["inputRequests"]?["confirm"])
        #expect(question.names == ["method", "params"] && question["method"] == "elicitation/create", "M3")
        #expect(question["params"]?["message"] == "Delete it?")
        let acknowledgement = try #require(
            try await server.update(id, #"{"confirm":{"action":"accept","content":{"confirm":\#(answer),"more":1}}}"#).result
        )
        #expect(acknowledgement.names == ["resultType", "_meta"] && acknowledgement["resultType"] == "complete")
        let task = try await server.task(id, is: "completed")
        #expect(task["result"]?["content"]?.elements.first { _ in true }?["text"]?.string == (answer ? "Deleted" : "Kept"))
    }

    @Test("TK5 questions that are open together are answered in any order, one by one; each answer shows at once")
    func partial() async throws {
        for order in [["name", "confirm"], ["confirm", "name"]] {
            let server = try TaskServer()
            let id = try await server.begin("multi")
            #expect(try await server.task(id, is: "input_required").questions == ["name", "confirm"])
            let answer = #"{"action":"accept","content":{"name":"A","confirm":true}}"#
            try await server.update(id, #"{"\#(order[0])":\#(answer)}"#)
            let half = try #require(try await server.get(id).result)
            #expect(half.status == "input_required" && half.questions == [order[1]], "TK6 before the acknowledgement")
            // The first answer counts; one more to the same question is ignored.
            try await server.update(id, #"{"\#(order[0])":{"action":"decline"}}"#)
            #expect(try await server.get(id).result == half)
            try await server.update(id, #"{"\#(order[1])":\#(answer)}"#)
            #expect(try await server.get(id).result.map { $0.status != "input_required" && $0.questions.isEmpty } == true)
            let task = try await server.task(id, is: "completed")
            #expect(task["result"]?["content"]?.elements.first { _ in true }?["text"] == "name=A, confirm=true")
        }
    }

    @Test(
        "TK5 M8 what answers nothing that is open is ignored, however strange, and so is what lacks a required member",
        arguments: [
            "{}", #"{"other":{"action":"accept"}}"#, #"{"other":7,"Confirm":null}"#, #"{"confirm":{"action":"accept"}}"#,
            #"{"confirm":{"action":"accept","content":{}}}"#,
        ]
    )
    func ignored(responses: String) async throws {
        let server = try TaskServer()
        let id = try await server.begin("confirm")
        let waiting = try await server.task(id, is: "input_required")
        server.pass(100)
        #expect(try await server.update(id, responses).result?["resultType"] == "complete")
        #expect(try await server.get(id).result == waiting)
        await server.runner.stop()
    }

    @Test(
        "M8 a malformed answer to an open question is -32602, and nothing of its request is taken",
        arguments: [
            "7", "null", "[]", #""accept""#, "{}", #"{"action":"perhaps"}"#, #"{"action":1}"#, #"{"action":"accept","content":7}"#,
            #"{"action":"accept","content":{"confirm":"yes"}}"#,
        ]
    )
    func malformed(response: String) async throws {
        let server = try TaskServer()
        let id = try await server.begin("multi")
        let waiting = try await server.task(id, is: "input_required")
        let good = #"{"action":"accept","content":{"name":"A"}}"#
        let reply = try await server.update(id, #"{"name":\#(good),"confirm":\#(response)}"#)
        #expect(reply.status == 400 && reply.code == -32602)
        #expect(try await server.get(id).result == waiting)
        await server.runner.stop()
    }

    @Test("TK5 a key is never used twice in a task")
    func keys() async throws {
        let server = try TaskServer()
        let id = try await server.begin("again")
        var keys: [String] = []
        for round in 0..<4 {
            let task = try await server.task(id) { task in task.questions.contains { !keys.contains($0) } }
            let key = try #require(task.questions.first, "\(task.status)")
            #expect(!keys.contains(key) && task.questions.count == 1)
            keys.append(key)
            try await server.update(id, #"{"\#(key)":{"action":"accept","content":{"more":\#(round < 3)}}}"#)
        }
        #expect(keys[0] == "more")
        let task = try await server.task(id, is: "completed")
        #expect(task["result"]?["content"]?.elements.first { _ in true }?["text"] == "3")
    }

    @Test("TK5 a person who declines or goes away has answered", arguments: ["decline", "cancel"])
    func declined(action: String) async throws {
        let server = try TaskServer()
        let id = try await server.begin("confirm")
        _ = try await server.task(id, is: "input_required")
        try await server.update(id, #"{"confirm":{"action":"\#(action)"}}"#)
        let task = try await server.task(id, is: "completed")
        #expect(task["result"]?["content"]?.elements.first { _ in true }?["text"] == "Kept")
    }

    @Test("TK6 a task that waits for answers can be cancelled")
    func cancelledWaiting() async throws {
        let server = try TaskServer()
        let id = try await server.begin("confirm")
        _ = try await server.task(id, is: "input_required")
        try await server.cancel(id)
        #expect(try await server.get(id).result.map { $0.status == "cancelled" && $0["inputRequests"] == nil } == true)
        // Returns because the work has ended.
        await server.runner.stop()
    }

    @Test("TK5 a question that the work gives up is open no more, and an answer to it is ignored")
    func givenUp() async throws {
        let server = try TaskServer()
        let id = try await server.begin("impatient")
        #expect(try await server.task(id, is: "input_required").questions == ["late"])
        server.gate.open()
        let task = try await server.task(id) { $0.questions == ["late.2"] }
        #expect(task.status == "input_required")
        try await server.update(id, #"{"late":{"action":"accept","content":{"b":true}}}"#)
        #expect(try await server.get(id).result == task)
        try await server.update(id, #"{"late.2":{"action":"decline"}}"#)
        let ended = try await server.task(id, is: "completed")
        #expect(ended["result"]?["content"]?.elements.first { _ in true }?["text"] == "decline")
    }

    @Test("TK13 any replica takes answers and cancellations; the one that runs the work is told and looks")
    func replicas() async throws {
        let store = TasksInMemory()
        let (one, other) = (try TaskServer(store: store), try TaskServer(store: store))
        let id = try await one.begin("confirm")
        _ = try await one.task(id, is: "input_required")
        #expect(try await other.get(id).result == one.get(id).result)
        // What doesn't fit is only seen where the question was asked: it is asked again, by another key.
        try await other.update(id, #"{"confirm":{"action":"accept","content":{"confirm":"yes"}}}"#)
        #expect(try await one.get(id).result?.status == "working")
        try await one.runner.reread(id)
        let again = try await one.task(id, is: "input_required")
        #expect(again.questions == ["confirm.2"])
        #expect(try await other.update(id, #"{"confirm.2":7}"#).code == -32602)
        try await other.update(id, #"{"confirm.2":{"action":"accept","content":{"confirm":true}}}"#)
        try await one.runner.reread(id)
        #expect(try await one.task(id, is: "completed")["result"]?["content"]?.elements.first { _ in true }?["text"] == "Deleted")
        let cancelled = try await one.begin("wait")
        try await other.cancel(cancelled)
        try await one.runner.reread(cancelled)
        #expect(try await one.get(cancelled).result?.status == "cancelled")
        // Returns because the work was stopped.
        await one.runner.stop()
        await other.runner.stop()
    }

    @Test("TK11 what is asked before is asked by input_required, and neither leaks into the other")
    func before() async throws {
        let server = try TaskServer()
        let first = try #require(try await server.call("first").result)
        #expect(first["resultType"] == "input_required" && first.questions == ["user_name"] && first["taskId"] == nil)
        let state = try first.requireString("requestState")
        let answer = #"{"user_name":{"action":"accept","content":{"name":"A"}}}"#
        let created = try #require(
            try await server.call("first", with: #""inputResponses":\#(answer),"requestState":"\#(state)""#).result
        )
        #expect(created["resultType"] == "task" && created.names == TaskTests.summary.union(["resultType", "_meta"]))
        let id = try created.requireString("taskId")
        let waiting = try await server.task(id, is: "input_required")
        #expect(waiting["requestState"] == nil && waiting["inputRequests"]?["user_name"]?["params"]?["message"] == "Really?")
        try await server.update(id, #"{"user_name":{"action":"accept","content":{"sure":true}}}"#)
        let task = try await server.task(id, is: "completed")
        #expect(task["result"]?["content"]?.elements.first { _ in true }?["text"] == "Hello, A! true true")
    }

    @Test("TK14 a capability that is found missing in a task fails it with that error")
    func missing() async throws {
        let server = try TaskServer()
        let task = try await server.task(try await server.begin("sample"), is: "failed")
        #expect(task["error"]?["code"] == -32021 && task["result"] == nil)
        #expect(task["error"]?["data"] == ["requiredCapabilities": ["sampling": [:]]])
        let without = try await server.call("sample", capabilities: TaskTests.without)
        #expect(without.status == 400 && without.code == -32021, "M4 in the request it is refused")
    }

    @Test("TK2 M11 without the extension the same questions are asked by input_required")
    func inRequest() async throws {
        let server = try TaskServer()
        let asked = try await server.call("multi", capabilities: TaskTests.without).result
        #expect(asked?["resultType"] == "input_required" && asked?.questions == ["name", "confirm"])
        let answer = #"{"action":"accept","content":{"name":"A","confirm":true}}"#
        let input = #""inputResponses":{"name":\#(answer),"confirm":\#(answer)}"#
        #expect(try await server.call("multi", with: input, capabilities: TaskTests.without).text == "name=A, confirm=true")
    }
}
