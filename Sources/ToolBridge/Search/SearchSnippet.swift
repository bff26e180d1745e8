extension StoredHit {
    /// The excerpt as HTML: all text is escaped, and `<mark>` and `</mark>`, always in pairs, are the only tags.
    package var snippet: String {
        var html = ""
        var isOpen = false
        for scalar in excerpt.unicodeScalars {
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
}
