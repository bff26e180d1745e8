import Testing
import ToolBridge

@Suite("Cursors")
struct SyncCursorTests {
    let owner = Owner(tenant: "t", subject: "s")

    @Test("come back as they went, for every kind and direction", arguments: ItemKind.allCases)
    func roundTrip(kind: ItemKind) throws {
        for direction in [SyncCursor.Direction.oldestChangeFirst, .newestChangeFirst] {
            for sequence in [0, 1, 77, Int64.max] {
                let cursor = SyncCursor(kind, direction, sequence: sequence)
                let text = cursor.text(for: owner)
                #expect(text.utf8.count <= 128)
                #expect(try SyncCursor(text, of: owner, kind, direction) == cursor)
            }
        }
    }

    @Test("aren't taken from another owner, kind or direction")
    func foreign() {
        let text = SyncCursor(.notes, .oldestChangeFirst, sequence: 5).text(for: owner)
        #expect(throws: ItemError.invalidCursor) { try SyncCursor(text, of: Owner(tenant: "t", subject: "x"), .notes, .oldestChangeFirst) }
        #expect(throws: ItemError.invalidCursor) { try SyncCursor(text, of: Owner(tenant: "x", subject: "s"), .notes, .oldestChangeFirst) }
        #expect(throws: ItemError.invalidCursor) { try SyncCursor(text, of: owner, .tasks, .oldestChangeFirst) }
        #expect(throws: ItemError.invalidCursor) { try SyncCursor(text, of: owner, .notes, .newestChangeFirst) }
    }

    @Test("with any character changed aren't taken")
    func flipped() {
        let text = Array(SyncCursor(.notes, .oldestChangeFirst, sequence: 123_456).text(for: owner).utf8)
        for index in text.indices {
            for replacement in "AZaz09-_".utf8 where replacement != text[index] {
                var changed = text
                changed[index] = replacement
                #expect(throws: ItemError.invalidCursor) {
                    try SyncCursor(String(decoding: changed, as: UTF8.self), of: owner, .notes, .oldestChangeFirst)
                }
            }
        }
    }

    @Test(
        "of the predecessor start again",
        arguments: [
            "MTczMDYzNTIwMDAwMHxjMWQ5YjdkYy1hMWIyLTRjM2QtOWU4Zi03YTZiNWM0ZDNlMmY", "MHwwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDA",
            "",
        ]
    )
    func oldFormat(text: String) throws {
        #expect(try SyncCursor(text, of: owner, .notes, .oldestChangeFirst) == nil)
    }

    @Test(
        "that are garbage are refused",
        arguments: ["not base64!", "Zm9v", "MTJ8", "fHw", "AQE", "AQE=", String(repeating: "A", count: 129), "é"]
    )
    func garbage(text: String) {
        #expect(throws: ItemError.invalidCursor) { try SyncCursor(text, of: owner, .notes, .oldestChangeFirst) }
    }

    /// Clients keep them for as long as they like, so they never change.
    private static let known: [(cursor: SyncCursor, text: String)] = [
        (SyncCursor(.notes, .oldestChangeFirst, sequence: 77), "AQEBVXy_GUMhqEUAAAAAAAAATZVDGxc"),
        (SyncCursor(.taskListCategories, .newestChangeFirst, sequence: .max), "AQcCVXy_GUMhqEV__________61cwfM"),
        (SyncCursor(.feed(Set(ItemKind.allCases)), epoch: 3, sequence: 77), "AgABAAAAAFV8vxlDIahFAAAAAAAAAAMAAAAAAAAATbs4E3I"),
        (SyncCursor(.feed([.tasks, .notes]), epoch: 3, sequence: 77), "AgABvMe0LVV8vxlDIahFAAAAAAAAAAMAAAAAAAAATd1OEWA"),
        (
            SyncCursor(.list(.tasks, .newestChangeFirst, ItemFilter(status: "open", tag: "é")), sequence: 77),
            "AgICj828gVV8vxlDIahFAAAAAAAAAAAAAAAAAAAATeyLhk8"
        ),
        (SyncCursor(.recent(RecentQuery()), sequence: 77), "AgACAAAAAFV8vxlDIahFAAAAAAAAAAAAAAAAAAAATYo7pOI"),
        (
            SyncCursor(.recent(RecentQuery(kinds: [.tasks, .notes], includeDeleted: false)), sequence: 77),
            "AgACk5TzalV8vxlDIahFAAAAAAAAAAAAAAAAAAAATYz8tuQ"
        ),
    ]

    @Test("look today as they always did")
    func known() throws {
        for (cursor, text) in Self.known {
            #expect(cursor.text(for: owner) == text)
            #expect(try SyncCursor(text, of: owner, cursor.purpose) == cursor)
        }
    }

    @Test("aren't taken for another filter, another set of kinds or another use")
    func purposes() throws {
        let uid = UID.sample(1)
        let filters = [
            ItemFilter(), ItemFilter(status: "a"), ItemFilter(tag: "a"), ItemFilter(status: "a", tag: "a"), ItemFilter(status: "é"),
            ItemFilter(status: "e\u{301}"), ItemFilter(status: ""), ItemFilter(parentUID: uid), ItemFilter(parentUID: .sample(2)),
            ItemFilter(parentUID: uid, parentKind: .notes), ItemFilter(parentUID: uid, parentKind: .tasks),
            ItemFilter(updatedSince: Timestamp(milliseconds: 0)), ItemFilter(updatedSince: Timestamp(milliseconds: 1)),
            ItemFilter(status: "ab", tag: "c"), ItemFilter(status: "a", tag: "bc"),
        ]
        var purposes = filters.map { SyncCursor.Purpose.list(.comments, .oldestChangeFirst, $0) }
        purposes += [.list(.tasks, .oldestChangeFirst, filters[1]), .list(.comments, .newestChangeFirst, filters[1])]
        var texts: Set<String> = []
        // Every set of kinds.
        for set in 0..<128 {
            let kinds = Set(ItemKind.allCases.enumerated().filter { set >> $0.offset & 1 == 1 }.map(\.element))
            purposes.append(.feed(kinds))
            let recent = [true, false].map { SyncCursor.Purpose.recent(RecentQuery(kinds: kinds, includeDeleted: $0)) }
            texts.formUnion((recent + [.feed(kinds)]).map { SyncCursor($0, epoch: 2, sequence: 5).text(for: owner) })
            // Some of them with everything else, for all pairs take long.
            if set % 16 == 0 || set == 127 { purposes += recent }
        }
        #expect(texts.count == 3 * 128)
        for includeDeleted in [true, false] {
            for milliseconds in [-1, 0, 1, 11] as [Int64] {
                let since = Timestamp(milliseconds: milliseconds)
                purposes.append(.recent(RecentQuery(includeDeleted: includeDeleted, updatedSince: since)))
                purposes.append(.recent(RecentQuery(kinds: [.comments], includeDeleted: includeDeleted, updatedSince: since)))
            }
        }
        for (number, purpose) in purposes.enumerated() {
            let cursor = SyncCursor(purpose, epoch: 2, sequence: 5)
            let text = cursor.text(for: owner)
            #expect(text.utf8.count <= SyncCursor.maximumLength)
            #expect(throws: ItemError.invalidCursor) { try SyncCursor(text, of: Owner(tenant: "t", subject: "x"), purpose) }
            for (other, foreign) in purposes.enumerated() {
                if other == number {
                    #expect(try SyncCursor(text, of: owner, foreign) == cursor)
                } else {
                    #expect(throws: ItemError.invalidCursor, "\(purpose) as \(foreign)") { try SyncCursor(text, of: owner, foreign) }
                }
            }
        }
        // The size of a page isn't what a cursor is for.
        #expect(SyncCursor.Purpose.recent(RecentQuery(limit: 1, maximumBytes: 1)) == .recent(RecentQuery(limit: 2)))
        // A parent's kind alone filters nothing.
        #expect(SyncCursor.Purpose.list(.comments, .oldestChangeFirst, ItemFilter(parentKind: .notes)) == purposes[0])
    }

    @Test("of the feed with any character changed aren't taken")
    func flippedFeed() {
        let purpose = SyncCursor.Purpose.feed([.notes])
        let text = Array(SyncCursor(purpose, epoch: 1, sequence: 123_456).text(for: owner).utf8)
        for index in text.indices {
            for replacement in "AZaz09-_".utf8 where replacement != text[index] {
                var changed = text
                changed[index] = replacement
                #expect(throws: ItemError.invalidCursor) { try SyncCursor(String(decoding: changed, as: UTF8.self), of: owner, purpose) }
            }
        }
    }
}
