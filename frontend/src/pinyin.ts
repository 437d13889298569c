// Initials of Chinese names, as people type them: 太原 is "ty". Read from the order in which the platform sorts
// Chinese, so that no dictionary is needed; what that cannot tell is in two small tables.

/** Spell a text in initials; readings apart by a space where there are several; "" for what is not Chinese. */
export function spellInitials(text: string): string {
  if (!HAN.test(text) || !knowsChinese()) return "";
  let readings = [""];
  for (let i = 0; i < text.length;) {
    const letters = WORDS.get(text.slice(i, i + 2));
    const character = String.fromCodePoint(text.codePointAt(i)!);
    if (letters !== undefined) readings = readings.map((reading) => reading + letters);
    else readings = addReadings(readings, readCharacter(character));
    i += letters === undefined ? character.length : 2;
  }
  return readings.join(" ").trim();
}

const HAN = /\p{Script=Han}/u;
const MOST = 4; // readings of one name
const LETTERS = "abcdefghjklmnopqrstwxyz";
const FIRST = [..."阿八嚓哒妸发旮哈讥咔垃妈拏噢妑七呥仨他屲夕丫帀"]; // the first character of each letter

/** Words of two characters with a character that is read otherwise elsewhere, or in several ways. */
const WORDS = new Map(Object.entries({
  重庆: "cq", 厦门: "xm", 大厦: "ds", 长安: "ca", 长治: "cz", 长子: "zz", 长城: "cc", 长江: "cj", 长春: "cc",
  长沙: "cs", 长岛: "cd", 长兴: "cx", 洪洞: "ht", 繁峙: "fs", 解州: "hz", 蔚县: "yx", 番禺: "py", 东阿: "de",
  铅山: "ys", 单县: "sx", 浚县: "xx", 荥阳: "xy", 荥经: "yj", 乐亭: "lt", 乐清: "yq", 朝阳: "cy", 西藏: "xz",
  东莞: "dg", 尉犁: "yl", 重工: "zg", 重型: "zx", 重点: "zd", 重大: "zd", 重机: "zj", 银行: "yh",
  行业: "hy", 商行: "sh", 会计: "kj", 音乐: "yy", 大会: "dh", 社会: "sh", 协会: "xh", 学会: "xh", 商会: "sh",
  调度: "dd", 调味: "tw", 系统: "xt", 传感: "cg", 传动: "cd", 传媒: "cm", 弹簧: "th", 校准: "jz", 学校: "xx",
  高校: "gx", 储藏: "cc", 冷藏: "lc", 单位: "dw", 解决: "jj", 降解: "jj", 盛会: "sh",
}));

/** Characters that are read with different initials, the more usual one first; also such as are sorted wrongly. */
const SEVERAL = new Map(Object.entries({
  长: "cz", 重: "zc", 厦: "xs", 乐: "ly", 行: "xh", 藏: "cz", 朝: "cz", 会: "hk", 系: "xj", 调: "td", 降: "jx",
  传: "cz", 弹: "dt", 校: "xj", 盛: "sc", 曾: "zc", 单: "ds", 解: "jx", 泊: "bp", 番: "fp", 莞: "gw", 荥: "xy",
  浚: "jx", 率: "ls", 秘: "mb", 巷: "xh", 召: "zs", 奇: "qj", 参: "cs", 峙: "zs", 蔚: "wy", 查: "cz", 翟: "z",
  尉: "wy", 覃: "qt",
}));

let known: boolean | null = null;
let collator: Intl.Collator | null = null;
const lettersOf = new Map<string, string>();

/** Say whether the platform sorts Chinese by its sound: the first characters must come in order. */
function knowsChinese(): boolean {
  known ??= FIRST.every((character, i) => i === 0 || compare(FIRST[i - 1], character) < 0);
  return known;
}

function compare(one: string, other: string): number {
  collator ??= new Intl.Collator("zh-Hans-CN");
  return collator.compare(one, other);
}

function addReadings(readings: string[], letters: string): string[] {
  if (letters.length < 2 || readings.length * letters.length > MOST) {
    return readings.map((reading) => reading + letters.slice(0, 1));
  }
  return [...letters].flatMap((letter) => readings.map((reading) => reading + letter));
}

/** All letters that a character may be read with; "" for what is neither Chinese nor a Latin letter or digit. */
function readCharacter(character: string): string {
  let letters = lettersOf.get(character);
  if (letters === undefined) {
    letters = SEVERAL.get(character) ?? findLetter(character);
    lettersOf.set(character, letters);
  }
  return letters;
}

function findLetter(character: string): string {
  if (/^[a-z0-9]$/i.test(character)) return character.toLowerCase();
  if (!HAN.test(character)) return "";
  const next = FIRST.findIndex((first) => compare(character, first) < 0);
  return LETTERS.at(next < 0 ? -1 : next - 1) ?? "";
}
