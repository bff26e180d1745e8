import JSON
import MCP
import ToolBridge

extension ItemTools {
    /// How many hits a search gives at most.
    private var mostHits: Int { 50 }

    /// Finds items by their words; its first parameter and its first members are what clients of OpenAI's connectors expect.
    var search: Tool<Caller> {
        Tool(
            "search",
            title: "Search",
            "Finds items by their words, best first. All must occur, \"quoted\" ones as they stand. Detail full adds payloads.",
            annotations: .reading,
            output: [
                "type": "object",
                "properties": ["results": ["type": "array"], "hasMore": ["type": "boolean"], "complete": ["type": "boolean"]],
            ],
            .string("query", ""),
            .kinds,
            .integer("limit", "", in: 1...mostHits, default: 10),
            .detail
        ) { context, query, kinds, limit, detail in
            guard query.utf8.contains(where: { $0 > UInt8(ascii: " ") }) else {
                throw ArgumentError(
                    "query",
                    "is empty: give words to look for\(offers.listingAny.map { ", or use \($0)" } ?? "")"
                )
            }
            return try await answer(context, Attempt(tool: "search")) { items, _ in
                // More words than fit into this don't count, and one that is longer can't be looked for in reasonable time.
                let query = query.beginning(SearchAnswer.queryBytes).0
                let page = try await items.search(SearchQuery(query, kinds: kinds, limit: limit))
                var answer = SearchAnswer(page, remark: page.remark(on: query, kinds), pageBytes: pageBytes)
                if detail == .full {
                    // What was found is read one by one: no call of the service gives several items by their uids.
                    while let hit = answer.nextWithoutPayload {
                        // It may have gone away since it was found.
                        if let item = try await items.itemIfAny(hit.reference) {
                            answer.add(item)
                        } else {
                            answer.skip()
                        }
                    }
                }
                return .structured(unchecked: answer.bytes)
            }
        }
    }
}

extension SearchPage {
    /// What to try where nothing was found.
    fileprivate func remark(on query: String, _ kinds: Set<ItemKind>) -> String? {
        guard isComplete else { return "Not all items can be found yet: search again in a moment." }
        guard hits.isEmpty, !hasMore else { return nil }
        let words = query.utf8.split { $0 <= UInt8(ascii: " ") }.count
        let advice = words > 1 ? "No item has all these words: try fewer of them" : "No item has this word: try another"
        return "\(advice), or the beginning of one\(kinds.count < ItemKind.allCases.count ? ", or all kinds" : "")."
    }
}

/// Hits as they are answered: as many as fit into a page, and of their payloads as many as fit beside them.
private struct SearchAnswer {
    /// How much of a query counts, in bytes.
    static let queryBytes = 8_192

    private let page: SearchPage
    /// Said after the hits.
    private let remark: String?
    /// One object for each hit that fits, its end left open.
    private var hits: [[UInt8]] = []
    private var room: Int
    /// How many of them have had their turn to get a payload.
    private var visited = 0
    private var isFull = false

    init(_ page: SearchPage, remark: String?, pageBytes: Int) {
        self.page = page
        self.remark = remark
        room = pageBytes
        for hit in page.hits {
            let bytes = Self.summary(of: hit)
            guard hits.isEmpty || bytes.count <= room else { break }
            hits.append(bytes)
            room -= bytes.count
        }
    }

    /// The next item whose payload would still find room.
    var nextWithoutPayload: FoundItem? {
        isFull || visited >= hits.count ? nil : page.hits[visited].item
    }

    mutating func skip() {
        visited += 1
    }

    /// Puts a payload to its hit; the first is taken whatever its size.
    mutating func add(_ item: Item) {
        guard visited == 0 || item.payload.count <= room else {
            isFull = true
            return
        }
        hits[visited] += Array(#","payload":"#.utf8) + item.payload
        room -= item.payload.count
        visited += 1
    }

    var bytes: [UInt8] {
        var writer = JSONWriter(reserving: hits.reduce(192) { $0 + $1.count + 2 })
        writer.object { writer in
            writer.key("results")
            writer.array { writer in
                for hit in hits { writer.raw(hit + [UInt8(ascii: "}")]) }
            }
            writer.member("hasMore", page.hasMore || hits.count < page.hits.count)
            writer.member("complete", page.isComplete)
            if let remark { writer.member("note", remark) }
            writer.member("about", StoredText.ofLines)
        }
        return writer.bytes
    }

    /// A hit without the brace at its end.
    private static func summary(of hit: SearchHit) -> [UInt8] {
        let reference = hit.item.reference
        let lines = MatchingLines(snippet: hit.snippet).lines
        var writer = JSONWriter(reserving: 512)
        writer.beginObject()
        writer.member("id", reference.id)
        writer.member(
            "title",
            DisplayText.line(hit.title ?? lines.first ?? hit.item.kind.untitled, bytes: ItemView.titleBytes)
        )
        writer.member("url", reference.uri)
        writer.member("kind", hit.item.kind.path)
        writer.member("uid", hit.item.uid.description)
        if let parent = hit.parent {
            writer.key("parent")
            writer.object { writer in
                writer.member("kind", parent.reference.kind.path)
                writer.member("uid", parent.reference.uid.description)
                if let title = parent.title { writer.member("title", DisplayText.line(title, bytes: ItemView.titleBytes)) }
            }
        }
        writer.member("updatedAt", hit.item.updatedAt.description)
        writer.member("lines", strings: lines)
        return writer.bytes
    }
}
