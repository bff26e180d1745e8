import ToolBridge

/// The schemas that operations refer to by name, in the order in which they are shown.
enum ComponentSchemas {
    static let all: [(name: String, schema: String)] =
        ItemKind.allCases.flatMap(schemas(of:)) + [
            ("Item", item), ("Kind", SchemaText.oneOf(ItemKind.allCases.map(\.path))), ("Error", error), ("Session", session),
            ("State", state), ("Info", info), ("PushRequest", pushRequest), ("PushedItem", pushedItem), ("Acks", acks),
            ("PullPage", pullPage), ("Change", change),
            ("FeedPage", feedPage), ("WipeResult", wipeResult), ("SearchPage", searchPage), ("RecentPage", recentPage),
            ("BatchRequest", batchRequest),
            ("BatchOperation", batchOperation),
            ("BatchResults", batchResults),
        ]

    private static func schemas(of kind: ItemKind) -> [(name: String, schema: String)] {
        let name = kind.schemaName
        return [
            (name, payload(of: kind)),
            (
                "\(name)Item",
                ##"{"allOf":[\##(SchemaText.named("Item")),{"type":"object","properties":{"payload":\##(SchemaText.named(name))}}]}"##
            ),
            (
                "\(name)Page",
                #"""
                {"type":"object","required":["items"],"properties":{"items":\#(SchemaText.list(of: SchemaText.named("\(name)Item"))),
                "nextCursor":\#(nextCursor)}}
                """#
            ),
        ]
    }

    /// Every member is optional and of any type: only what a kind's rules read is ever looked at.
    private static func payload(of kind: ItemKind) -> String {
        let fields = kind.conventionalFields.map { "\"\($0.name)\":\(SchemaText.usually($0.text, example: $0.example))" }
        let flat =
            kind.hasFlatSyncFields
            ? [
                #""version":{"description":"Written by the server: the item's version."}"#,
                #""isDirty":{"description":"Written by the server: 0."}"#,
                #""isDeleted":{"description":"Written by the server: 1 in a tombstone, otherwise 0."}"#,
                #""remoteUpdatedAt":{"description":"Written by the server, as updatedTs."}"#,
                #""lastSyncedAt":{"description":"Written by the server, as updatedTs."}"#,
            ]
            : []
        let members =
            [#""uid":{"description":"The item's uid."}"#] + fields + [
                #"""
                "updatedTs":{"description":"When the client changed it (push); written by the server on item routes.",
                "examples":["2026-03-01T10:00:00.000Z"]}
                """#,
                #""updateTime":{"description":"As updatedTs."}"#,
                #"""
                "sync":{"description":"An object with version, isDeleted and, in a tombstone, deletedAt.",
                "examples":[{"version":1,"isDeleted":false}]}
                """#,
            ] + flat
        let description =
            "The payload of \(kind.articleAndWords): any JSON object. These members are usual; all others are kept too, byte for byte."
        return #"""
            {"type":"object","description":"\#(description)","additionalProperties":true,"properties":{\#(members.joined(separator: ","))}}
            """#
    }

    private static let nextCursor =
        #"{"type":"string","description":"Where the next page begins; absent on the last."}"#

    private static let item =
        #"""
        {"type":"object","description":"An item as its owner sees it.","required":["uid","version","updatedAt","payload"],
        "properties":{"uid":\#(SchemaText.uid),"version":\#(SchemaText.version),"updatedAt":\#(SchemaText.time),
        "deletedAt":\#(SchemaText.time),"payload":{"type":"object","description":"The client's object, byte for byte."}}}
        """#

    private static let error: String = {
        let members = [
            #""error":{"type":"string","description":"For people."}"#,
            #""error_description":{"type":"string","description":"Where OAuth's clients look for a text; error is OAuth's code there."}"#,
            #""code":\#(SchemaText.oneOf(DocumentedRefusal.all.map(\.code)))"#,
            #""correlation_id":{"type":"string","description":"Equals the header X-Correlation-ID."}"#,
            #""field":{"type":"string","description":"A JSON Pointer into the body, or the name of a header or parameter."}"#,
            #""reason":{"type":"string","description":"Which rule was broken."}"#,
            #""position":{"type":"integer","minimum":0,"description":"The offset of the first byte that can't be read."}"#,
            #""limit":{"type":"integer","description":"What may be at most."}"#,
            #""action":{"type":"string"}"#, #""allowed":{"type":"array","items":{"type":"string"}}"#,
            #""uid":{"type":"string"}"#, #""version":{"type":"integer"}"#, #""updatedAt":\#(SchemaText.time)"#,
            #""deletedAt":\#(SchemaText.time)"#, #""expected":{"type":["integer","string"]}"#, #""actual":{"type":"integer"}"#,
            #""epoch":{"type":"integer","description":"The server's."}"#,
            #""retry_after":{"type":"integer","description":"In seconds."}"#,
            #""checks":{"type":"object","additionalProperties":{"enum":["ok","failed"]}}"#,
            #""results":{"type":"array","description":"Of an atomic batch: what became of each operation.","items":\#(result)}"#,
        ]
        return #"""
            {"type":"object","description":"Every refusal has this shape. Clients branch on code.",
            "required":["error","code","correlation_id"],"properties":{\#(members.joined(separator: ","))}}
            """#
    }()

    private static let session =
        #"""
        {"type":"object","required":["id","userId","createdAt","expiresAt","epoch"],"properties":{"id":\#(SchemaText.uid),
        "userId":{"type":"string","format":"uuid","description":"The owner's stable id."},"createdAt":\#(SchemaText.time),
        "expiresAt":\#(SchemaText.time),"epoch":\#(SchemaText.positiveInteger)}}
        """#

    private static let state =
        #"""
        {"type":"object","required":["epoch"],"properties":{"epoch":\#(SchemaText.positiveInteger),
        "lastWipeAt":\#(SchemaText.time),"lastWipeBy":\#(SchemaText.uid)}}
        """#

    private static let info: String = {
        let entity = #"""
            {"type":"object","required":["maxLimit","push","pull"],"properties":{"maxLimit":{"type":"integer"},
            "push":{"type":"boolean"},"pull":{"type":"boolean"}}}
            """#
        let rate = #"""
            {"type":"object","description":"Absent where there are no limits.","required":["windowSeconds","maxRequests","burst"],
            "properties":{"windowSeconds":{"type":"integer"},"maxRequests":{"type":"integer"},"burst":{"type":"integer"}}}
            """#
        return
            #"""
            {"type":"object","required":["apiVersion","serverTime","entities","locking","minClientVersion","hints","limits","features"],
            "properties":{"apiVersion":{"type":"string"},"serverTime":\#(SchemaText.time),
            "entities":{"type":"object","additionalProperties":\#(entity)},"locking":{"type":"object"},
            "minClientVersion":{"type":"string"},"rateLimit":\#(rate),"hints":{"type":"object"},"limits":{"type":"object"},
            "features":{"type":"array","items":{"type":"string"}}}}
            """#
    }()

    private static let pushRequest =
        #"""
        {"type":"object","properties":{"items":{"type":["array","null"],"maxItems":\#(Limits.pushItems),
        "items":{"anyOf":[\#(SchemaText.named("PushedItem")),{"description":"What can't be read as an item is refused in its own ack."}]}}}}
        """#

    private static let pushedItem =
        #"""
        {"type":"object","required":["uid"],"additionalProperties":true,
        "description":"A payload of the kind, with what says which item it is and when it was changed.",
        "properties":{"uid":\#(SchemaText.anyUID),
        "updatedTs":{"description":"When the client changed it: RFC 3339, or milliseconds since 1970 as a string. The later change wins."},
        "sync":{"type":"object","properties":{
        "version":{"type":"number","description":"The first version of an item that the server doesn't know."},
        "isDeleted":{"type":"boolean","description":"True makes a tombstone."},"deletedAt":{"type":"string"}}}}}
        """#

    private static let acks =
        #"""
        {"type":"array","description":"One for each item, in order.","items":{"type":"object","required":["uid","version","updatedAt"],
        "properties":{"uid":{"type":"string","description":"Empty where the item's own can't be read."},"version":{"type":"integer"},
        "updatedAt":{"type":"string"},"error":{"type":"string","description":"Why the item was refused."},
        "code":{"type":"string"},"field":{"type":"string","description":"A JSON Pointer into the item."}}}}
        """#

    private static let pullPage =
        #"""
        {"type":"object","required":["upserts","deletes","hasMore","checkpoint"],"properties":{
        "upserts":{"type":"array","description":"Payloads of live items.","items":{"type":"object"}},
        "deletes":{"type":"array","items":{"type":"object","required":["deletedAt","uid"],
        "properties":{"deletedAt":\#(SchemaText.time),"uid":\#(SchemaText.uid)}}},
        "nextCursor":{"type":"string","description":"Behind the last row; absent on an empty page."},"hasMore":{"type":"boolean"},
        "checkpoint":{"type":"string","description":"Where to pull from next time."}}}
        """#

    private static let change =
        #"""
        {"type":"object","description":"An item at its latest change; a tombstone has deletedAt and no payload.",
        "required":["kind","uid","version","updatedAt"],"properties":{"kind":\#(SchemaText.named("Kind")),"uid":\#(SchemaText.uid),
        "version":\#(SchemaText.version),"updatedAt":\#(SchemaText.time),"deletedAt":\#(SchemaText.time),"payload":{"type":"object"}},
        "oneOf":[{"required":["payload"]},{"required":["deletedAt"]}]}
        """#

    private static let feedPage =
        #"""
        {"type":"object","required":["changes","hasMore","checkpoint","epoch"],"properties":{
        "changes":\#(SchemaText.list(of: SchemaText.named("Change"))),"hasMore":{"type":"boolean"},
        "checkpoint":{"type":"string","description":"Where to read from next time."},"epoch":\#(SchemaText.positiveInteger)}}
        """#

    private static let wipeResult: String = {
        let kinds = ItemKind.wipeOrder.map(\.singular)
        return #"""
            {"type":"object","required":["epoch","deleted"],"properties":{"epoch":\#(SchemaText.positiveInteger),
            "deleted":{"type":"object","required":[\#(kinds.map { "\"\($0)\"" }.joined(separator: ","))],
            "properties":{\#(kinds.map { "\"\($0)\":\(SchemaText.count)" }.joined(separator: ","))}}}}
            """#
    }()

    private static let searchPage =
        #"""
        {"type":"object","required":["hits","hasMore","complete"],"properties":{"hits":{"type":"array","description":"Best first.",
        "items":{"type":"object","required":["kind","uid","snippet","version","updatedAt"],"properties":{
        "kind":\#(SchemaText.named("Kind")),"uid":\#(SchemaText.uid),"title":{"type":["string","null"]},
        "snippet":{"type":"string","description":"HTML: the words are in mark elements, all else is escaped."},
        "parent":{"type":"object","required":["kind","uid"],"properties":{"kind":\#(SchemaText.named("Kind")),"uid":\#(SchemaText.uid),
        "title":{"type":["string","null"]}}},"version":\#(SchemaText.version),"updatedAt":\#(SchemaText.time)}}},
        "hasMore":{"type":"boolean"},
        "complete":{"type":"boolean","description":"Whether everything was looked at; false for some seconds after very many writes, and where so much fits that ranking it ended early."}}}
        """#

    private static let recentPage =
        #"""
        {"type":"object","required":["items"],"properties":{"items":{"type":"array","description":"Newest change first.",
        "items":{"allOf":[\#(SchemaText.named("Item")),{"type":"object","required":["kind"],
        "properties":{"kind":\#(SchemaText.named("Kind"))}}]}},"nextCursor":\#(nextCursor)}}
        """#

    private static let batchRequest =
        #"""
        {"type":"object","required":["operations"],"properties":{"mode":{"enum":["independent","atomic",null],"default":"independent"},
        "operations":{"type":"array","maxItems":\#(Limits.batchOperations),"items":{"anyOf":[\#(SchemaText.named("BatchOperation")),
        {"description":"What can't be read as an operation is refused in its own result."}]}}}}
        """#

    private static let batchOperation: String = {
        let names = ["create", "replace", "patch", "merge_patch", "delete", "restore", "archive", "process"]
        return #"""
            {"type":"object","description":"One write, as the route of its own would do it.","required":["op","kind"],"properties":{
            "op":\#(SchemaText.oneOf(names)),"kind":\#(SchemaText.named("Kind")),
            "uid":{"type":"string","description":"Which item; not for create, which takes it from the payload."},
            "payload":{"type":"object","description":"For create, replace, patch and merge_patch."},
            "action":{"type":"string","description":"For process."},
            "ifMatch":{"type":["integer","string","null"],"description":"The version that is meant, as in If-Match."}}}
            """#
    }()

    private static let result =
        #"""
        {"type":"object","required":["status"],"properties":{"status":{"type":"integer","description":"As the operation's own route would answer."},
        "uid":{"type":"string"},"version":\#(SchemaText.version),"updatedAt":\#(SchemaText.time),"deletedAt":\#(SchemaText.time),
        "payload":{"type":"object","description":"The members that fields names."},"error":{"type":"string"},"code":{"type":"string"}},"oneOf":[{"required":["error","code"]},
        {"required":["uid","version","updatedAt"],"not":{"required":["error"]}}]}
        """#

    private static let batchResults =
        #"{"type":"object","required":["results"],"properties":{"results":\#(SchemaText.list(of: result))}}"#
}
