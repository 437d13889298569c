// Names of files, when they may be saved, and tables as CSV.

import { describe, expect, it, vi } from "vitest";
import { renderCsv } from "../../src/export/csv.js";
import { canSave, nameFile, save } from "../../src/export/save.js";

describe("nameFile", () => {
  it("joins title and day", () => {
    expect(nameFile("Milltown", "2025-06-30", "svg")).toBe("Milltown 2025-06-30.svg");
  });

  it("takes today where the data have no day", () => {
    expect(nameFile("Milltown", "", "csv", new Date(2026, 0, 5))).toBe("Milltown 2026-01-05.csv");
  });

  it("keeps Chinese and drops what Windows refuses", () => {
    expect(nameFile('山西/陶瓷:"创新"*生态? <图>|\\', "2025", "png")).toBe("山西 陶瓷 创新 生态 图 2025.png");
  });

  it("never gives a reserved name, a hidden file or a long one", () => {
    expect(nameFile("con", "2025", "png")).toBe("_con 2025.png");
    expect(nameFile("LPT1.txt", "2025", "png")).toBe("_LPT1.txt 2025.png");
    expect(nameFile("Console", "2025", "png")).toBe("Console 2025.png");
    expect(nameFile("..", "2025", "png")).toBe("2025.png");
    expect(nameFile(" .profile. ", "2025", "png")).toBe("profile 2025.png");
    expect(nameFile("磁".repeat(300), "2025", "png")).toBe(`${"磁".repeat(80)} 2025.png`);
  });

  it("drops signs that turn the reading around or break lines", () => {
    expect(nameFile("a\u202egnp\u0000b\nc", "2025", "svg")).toBe("a gnp b c 2025.svg");
  });
});

describe("canSave", () => {
  const at = (origin: string, framed: boolean): Window => {
    const view = { origin, top: {} } as Record<string, unknown>;
    if (!framed) view["top"] = view;
    return view as unknown as Window;
  };

  it("is refused only without an origin inside a frame", () => {
    expect(canSave(at("null", true))).toBe(false);
    expect(canSave(at("null", false))).toBe(true); // opened from a disk
    expect(canSave(at("https://example.org", true))).toBe(true);
  });
});

describe("save", () => {
  it("follows a link to the content and gives its memory back later", () => {
    vi.useFakeTimers();
    const clicked: [string, string][] = [];
    const made = vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:1");
    const revoked = vi.spyOn(URL, "revokeObjectURL").mockReturnValue();
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
      clicked.push([this.download, this.href]);
    });
    save("a.csv", "text/csv", "x");
    expect(clicked).toEqual([["a.csv", "blob:1"]]);
    expect((made.mock.calls[0][0] as Blob).type).toBe("text/csv");
    expect(revoked).not.toHaveBeenCalled();
    vi.runAllTimers();
    expect(revoked).toHaveBeenCalledWith("blob:1");
    expect(document.querySelector("a")).toBeNull();
    vi.useRealTimers();
    vi.restoreAllMocks();
  });
});

describe("renderCsv", () => {
  const columns = [{ key: "name", label: "Name", number: false }, { key: "n", label: "Sum, CNY", number: true }];

  it("writes a mark, CRLF, and quotes where needed", () => {
    const rows = [["河东大学", 1.5], ['a "b", c', null], ["two\nlines", NaN]];
    expect(renderCsv({ columns, rows })).toBe(
      '\ufeffName,"Sum, CNY"\r\n河东大学,1.5\r\n"a ""b"", c",\r\n"two\nlines",\r\n',
    );
  });

  it("keeps numbers numbers and makes formulas texts", () => {
    const cells = ["=1+1", "+86", "-cmd", "@SUM(A1)", "\tx", "\rx", "＝1", "a=b", -5];
    expect(renderCsv({ columns: [], rows: cells.map((cell) => [cell]) }).split("\r\n").slice(1, -1)).toEqual([
      "'=1+1", "'+86", "'-cmd", "'@SUM(A1)", '"\'\tx"', '"\'\rx"', "'＝1", "a=b", "-5",
    ]);
  });

  it("makes a formula behind a quote harmless too", () => {
    const link = '=HYPERLINK("http://x","y")';
    expect(renderCsv({ columns: [], rows: [[link]] })).toContain(`"'=HYPERLINK(""http://x"",""y"")"`);
  });
});
