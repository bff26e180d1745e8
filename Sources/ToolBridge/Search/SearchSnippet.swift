extension StoredHit {
    /// The excerpt as HTML: all text is escaped, and `<mark>` and `</mark>`, always in pairs, are the only tags.
    ///
    /// Where there was no time for an excerpt it is the title.
    package var snippet: String {
        var html = ""
        var isOpen = false
        for scalar in (excerpt.isEmpty ? shownTitle ?? "" : excerpt).unicodeScalars {
            switch scalar {
            case Self.opening:
                if !isOpen { html += "<mark>" }
                isOpen = true
            case Self.closing:
                if isOpen { html += "</mark>" }
                isOpen = false
            case SearchText.separator: break
            case "&": html += "&amp;"
            case "<": html += "&lt;"
            case ">": html += "&gt;"
            case "\"": html += "&quot;"
            case "'": html += "&#39;"
            default: html.unicodeScalars.append(scalar)
            }
        }
        if isOpen { html += "</mark>" }
        return html
    }

    /// What is shown of ``title``; `nil` where there is none.
    package var shownTitle: String? { Self.shown(title) }

    /// What is shown of a title that was made searchable.
    static func shown(_ title: String) -> String? {
        let whole = SearchText.joined(title)
        guard !whole.isEmpty else { return nil }
        let cut = whole.cut(to: SearchHit.titleBytes)
        return cut.utf8.count < whole.utf8.count ? cut + "…" : whole
    }
}
