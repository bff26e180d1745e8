/// For the tests that read them.
extension Statements {
    package typealias Named = (name: String, statement: SQLStatement)

    /// Bind tenant and subject.
    package static let owned: [Named] =
        [
            ("item", item), ("putItem", putItem), ("removeTag", removeTag), ("addTag", addTag), ("deleteTags", deleteTags),
            ("liveChildren", liveChildren), ("countItems", countItems), ("deleteItems", deleteItems), ("owner", owner),
            ("lockOwner", lockOwner), ("raiseEpoch", raiseEpoch), ("addSession", addSession), ("removeSession", removeSession),
            ("removeSessions", removeSessions), ("recordedAnswer", recordedAnswer), ("recordAnswer", recordAnswer),
            ("deleteAnswers", deleteAnswers),
        ] + search + ChangeShape.all.map { ("changes \($0)", changes($0)) }
        + ChangeShape.all.prefix(2).map { ("end of changes \($0)", endOfChanges($0)) } + ListShape.all.map { ("list \($0)", list($0)) }
        + ListShape.all.filter { !$0.hasResidue }.map { ("end of list \($0)", end($0)) }

    /// Serve the installation as a whole.
    package static let housekeeping: [Named] =
        [
            ("session", session), ("removeExpiredSessions", removeExpiredSessions), ("forgetAnswers", forgetAnswers),
            ("stateKeys", stateKeys),
            ("addFirstStateKey", addFirstStateKey), ("latestStep", latestStep), ("recordStep", recordStep),
            ("facetlessItems", facetlessItems), ("setStatus", setStatus), ("rememberNonce", rememberNonce), ("forgetNonces", forgetNonces),
            ("countNonces", countNonces),
        ] + searchHousekeeping
}
