/// Values of the documentation's examples, as JSON.
enum Examples {
    static let uid = "c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f"

    static let note = #"""
        {"uid":"c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f","title":"Shopping","content":"Milk",
        "updatedTs":"2026-03-01T10:00:01.123Z","updateTime":"2026-03-01T10:00:01.123Z",
        "sync":{"version":2,"isDeleted":false},"version":2,"isDirty":0,"isDeleted":0,
        "remoteUpdatedAt":"2026-03-01T10:00:01.123Z","lastSyncedAt":"2026-03-01T10:00:01.123Z"}
        """#
    static let item = #"""
        {"uid":"c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f","version":2,"updatedAt":"2026-03-01T10:00:01.123Z","payload":\#(note)}
        """#
    static let pushed = #"""
        {"uid":"c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f","title":"Shopping","content":"Milk",
        "updatedTs":"2026-03-01T10:00:00.000Z","sync":{"version":1,"isDeleted":false}}
        """#
    static let acks = #"""
        [{"uid":"c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f","version":1,"updatedAt":"2026-03-01T10:00:00.000Z"},
        {"uid":"","version":0,"updatedAt":"","error":"missing or invalid uid","code":"invalid_uid","field":"/uid"}]
        """#
    static let pull = #"""
        {"upserts":[\#(pushed)],"deletes":[{"deletedAt":"2026-03-01T10:05:00.000Z","uid":"0b9f9d0a-6d7c-4b44-8a49-4b8f6f8d2a10"}],
        "nextCursor":"AQEBk1","hasMore":false,"checkpoint":"AQEBk1"}
        """#
    static let session = #"""
        {"id":"7d0e5c6a-0c0f-4b53-9d4e-5a6f0f6f2b11","userId":"0f4b8d0e-6b0a-4f0e-8a55-3d2c1b0a9f88",
        "createdAt":"2026-03-01T10:00:00.000Z","expiresAt":"2026-03-01T10:30:00.000Z","epoch":1}
        """#
    static let state = #"""
        {"epoch":2,"lastWipeAt":"2026-03-01T11:00:00.000Z","lastWipeBy":"0f4b8d0e-6b0a-4f0e-8a55-3d2c1b0a9f88"}
        """#
    static let wipe = #"""
        {"epoch":2,"deleted":{"chat_message":0,"comment":1,"chat":0,"task":3,"task_list":1,"task_list_category":0,"note":12}}
        """#
    static let info = #"""
        {"apiVersion":"1.1","serverTime":"2026-03-01T10:00:00.000Z",
        "entities":{"notes":{"maxLimit":1000,"push":true,"pull":true},"tasks":{"maxLimit":1000,"push":true,"pull":true}},
        "locking":{"supported":true,"mode":"session"},"minClientVersion":"0.1.0",
        "rateLimit":{"windowSeconds":60,"maxRequests":600,"burst":120},"hints":{"recommendedBatch":500,"backoffMsOn429":1500},
        "limits":{"maxBodyBytes":1048576,"maxPushBytes":8388608,"maxPushItems":1000},
        "features":["optional-session","keep-parent","list-order","has-more"]}
        """#
    static let feed = #"""
        {"changes":[{"kind":"notes","uid":"c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f","version":2,"updatedAt":"2026-03-01T10:00:01.123Z",
        "payload":{"uid":"c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f","title":"Shopping"}},
        {"kind":"tasks","uid":"0b9f9d0a-6d7c-4b44-8a49-4b8f6f8d2a10","version":3,"updatedAt":"2026-03-01T10:05:00.000Z",
        "deletedAt":"2026-03-01T10:05:00.000Z"}],"hasMore":false,"checkpoint":"AQEBk1","epoch":1}
        """#
    static let events = #"""
        event: change
        id: AQEBk1
        data: {"kind":"notes","uid":"c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f","version":2,"updatedAt":"2026-03-01T10:00:01.123Z","payload":{}}

        event: ready
        id: AQEBk1
        data: {"epoch":1}

        """#
    static let search = #"""
        {"hits":[{"kind":"comments","uid":"c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f",
        "snippet":"The <mark>milk</mark> is sold out","parent":{"kind":"notes","uid":"0b9f9d0a-6d7c-4b44-8a49-4b8f6f8d2a10","title":"Shopping"},
        "version":1,"updatedAt":"2026-03-01T10:00:01.123Z"}],"hasMore":false,"complete":true}
        """#
    static let batch = #"""
        {"mode":"atomic","operations":[{"op":"create","kind":"notes","payload":{"title":"Shopping"}},
        {"op":"process","kind":"tasks","uid":"0b9f9d0a-6d7c-4b44-8a49-4b8f6f8d2a10","action":"complete","ifMatch":3}]}
        """#
    static let batchResults = #"""
        {"results":[{"status":201,"uid":"c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f","version":1,"updatedAt":"2026-03-01T10:00:01.123Z"},{"status":404,"error":"task not found","code":"not_found"}]}
        """#
}
