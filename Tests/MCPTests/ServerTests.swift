import JSON
import MCP
import Synchronization
import Testing

@Suite("A server that changes while it runs")
struct ServerTests {
    private final class Notices: Sendable {
        private let notices = Mutex<[ChangeNotice]>([])

        func take(_ notice: ChangeNotice) { notices.withLock { $0.append(notice) } }
        var all: [ChangeNotice] { notices.withLock { $0 } }
    }

    private func definition(tools: [String] = ["a"], templates: [String] = []) throws -> ServerDefinition<String> {
        try ServerDefinition(
            info: Implementation(name: "t", version: "1"),
            tools: tools.map { Tool($0, title: "T", "A tool.", annotations: .reading) { _ in .text("") } },
            templates: templates.map { name in
                ResourceTemplate("t://\(name)/{n}", name: name, title: "N", description: "A number.", .integer("n")) { _, n in .text("\(n)")
                }
            },
            announces: [.tools, .resources]
        )
    }

    @Test("T14 SB10 replacing a definition tells which lists have changed, and only those")
    func replacing() throws {
        let server = Server(try definition())
        let notices = Notices()
        let stop = server.changes.watch(notices.take)
        server.replace(try definition())
        #expect(notices.all.isEmpty, "nothing is different")
        server.replace(try definition(tools: ["a", "b"]))
        #expect(notices.all == [ChangeNotice(.toolList)])
        #expect(server.definition.tools.map(\.name) == ["a", "b"])
        server.replace(try definition(tools: ["b", "a"], templates: ["x"]))
        #expect(notices.all.dropFirst() == [ChangeNotice(.toolList), ChangeNotice(.resourceList)])
        stop()
        server.replace(try definition())
        #expect(notices.all.count == 3, "who has stopped watching hears nothing")
    }

    @Test("SB10 everybody who watches is told, also who watches more than once; the end of one leaves the others")
    func watching() {
        let changes = ServerChanges()
        let (first, second) = (Notices(), Notices())
        let stops = [changes.watch(first.take), changes.watch(first.take), changes.watch(second.take)]
        changes.post(ChangeNotice(.promptList))
        stops[0]()
        stops[0]()
        changes.post(ChangeNotice(.resource(uri: "a:b"), of: Principal(issuer: "i", subject: "s")))
        #expect(first.all.count == 3)
        #expect(second.all.map(\.subject) == [.promptList, .resource(uri: "a:b")])
        for stop in stops { stop() }
        changes.post(ChangeNotice(.promptList))
        #expect(first.all.count == 3)
    }

    @Test("SB10 who watches for a principal hears what is meant for it or for everybody, and not what is meant for others")
    func principals() {
        let changes = ServerChanges()
        let (all, mine, others) = (Notices(), Notices(), Notices())
        let (me, you) = (Principal(issuer: "i", subject: "me"), Principal(issuer: "i", subject: "you"))
        let stops = [changes.watch(all.take), changes.watch(for: me, mine.take), changes.watch(for: you, others.take)]
        changes.post(ChangeNotice(.toolList))
        changes.post(ChangeNotice(.promptList, of: me))
        changes.post(ChangeNotice(.resourceList, of: Principal(issuer: "i", subject: "me", tenant: "t")))
        #expect(all.all.count == 3)
        #expect(mine.all.map(\.subject) == [.toolList, .promptList])
        #expect(others.all.map(\.subject) == [.toolList])
        stops[1]()
        changes.post(ChangeNotice(.promptList, of: me))
        #expect(mine.all.count == 2 && all.all.count == 4)
        for stop in stops { stop() }
        changes.post(ChangeNotice(.toolList))
        #expect(all.all.count == 4 && others.all.count == 1)
    }

    @Test("servers with the same resources may share their changes")
    func sharing() throws {
        let changes = ServerChanges()
        let definition = try ServerDefinition<Void>(info: Implementation(name: "t", version: "1"))
        let servers = [Server(definition, sharing: changes), Server(definition, sharing: changes)]
        let notices = Notices()
        let stop = servers[1].changes.watch(notices.take)
        servers[0].changes.post(ChangeNotice(.toolList))
        #expect(notices.all.count == 1)
        stop()
    }

    @Test("T14 a watcher may watch or stop from within, and post again")
    func reentrance() {
        let changes = ServerChanges()
        let notices = Notices()
        let stop = changes.watch { notice in
            notices.take(notice)
            if notice.subject == .toolList { changes.post(ChangeNotice(.promptList)) }
        }
        changes.post(ChangeNotice(.toolList))
        #expect(notices.all.map(\.subject) == [.toolList, .promptList])
        stop()
    }
}
