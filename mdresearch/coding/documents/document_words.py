"""The words that the documents themselves say, in ten languages; in English for any other."""

from __future__ import annotations

from collections.abc import Mapping

RIGHT_TO_LEFT = frozenset(("ar", "fa", "he", "ur"))

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "codes": "Codes", "variables": "Variables", "contents": "Contents",
        "definition": "Definition", "include": "Include", "exclude": "Exclude",
        "rules": "Decision rules", "positive": "Examples", "negative": "Not this code",
        "borderline": "Borderline", "markets": "Markets", "variants": "In a market",
        "aliases": "Also called", "unit": "Unit", "type": "Type", "values": "Values",
        "missing": "If it cannot be coded", "plan": "Reliability plan", "if": "If",
        "then": "then", "else": "else", "because": "because", "code_as": "code as",
        "constructed": "constructed", "references": "References", "instructions": "How to code",
        "asked": "Asked only if", "hidden": "Not shown to coders", "heading": "heading only",
    },
    "zh": {
        "codes": "编码", "variables": "变量", "contents": "目录", "definition": "定义",
        "include": "包括", "exclude": "不包括", "rules": "判定规则", "positive": "正例",
        "negative": "反例", "borderline": "边缘例", "markets": "市场", "variants": "在某一市场中",
        "aliases": "别称", "unit": "编码单位", "type": "类型", "values": "取值",
        "missing": "无法编码时", "plan": "信度方案", "if": "若", "then": "则", "else": "否则",
        "because": "因为", "code_as": "编为", "constructed": "自拟", "references": "参考文献",
        "instructions": "编码说明", "asked": "仅在下列情况下填写", "hidden": "不向编码员显示",
        "heading": "仅作标题",
    },
    "es": {
        "codes": "Códigos", "variables": "Variables", "contents": "Contenido",
        "definition": "Definición", "include": "Incluye", "exclude": "Excluye",
        "rules": "Reglas de decisión", "positive": "Ejemplos", "negative": "No es este código",
        "borderline": "Casos límite", "markets": "Mercados", "variants": "En un mercado",
        "aliases": "También llamado", "unit": "Unidad", "type": "Tipo", "values": "Valores",
        "missing": "Si no se puede codificar", "plan": "Plan de fiabilidad", "if": "Si",
        "then": "entonces", "else": "si no", "because": "porque", "code_as": "codificar como",
        "constructed": "construido", "references": "Referencias",
        "instructions": "Cómo codificar", "asked": "Solo se pregunta si",
        "hidden": "No se muestra a los codificadores", "heading": "solo encabezado",
    },
    "pt": {
        "codes": "Códigos", "variables": "Variáveis", "contents": "Sumário",
        "definition": "Definição", "include": "Inclui", "exclude": "Exclui",
        "rules": "Regras de decisão", "positive": "Exemplos", "negative": "Não é este código",
        "borderline": "Casos limítrofes", "markets": "Mercados", "variants": "Em um mercado",
        "aliases": "Também chamado", "unit": "Unidade", "type": "Tipo", "values": "Valores",
        "missing": "Se não for possível codificar", "plan": "Plano de confiabilidade",
        "if": "Se", "then": "então", "else": "senão", "because": "porque",
        "code_as": "codificar como", "constructed": "construído", "references": "Referências",
        "instructions": "Como codificar", "asked": "Só se pergunta se",
        "hidden": "Não mostrado aos codificadores", "heading": "apenas título",
    },
    "ja": {
        "codes": "コード", "variables": "変数", "contents": "目次", "definition": "定義",
        "include": "含むもの", "exclude": "含まないもの", "rules": "判定規則", "positive": "該当例",
        "negative": "非該当例", "borderline": "境界例", "markets": "市場",
        "variants": "市場ごとの形", "aliases": "別名", "unit": "コーディング単位", "type": "種類",
        "values": "値", "missing": "コーディングできない場合", "plan": "信頼性計画",
        "if": "もし", "then": "ならば", "else": "そうでなければ", "because": "理由",
        "code_as": "付けるコード", "constructed": "作例", "references": "参考文献",
        "instructions": "付け方", "asked": "次の場合にのみ回答", "hidden": "コーダーには非表示",
        "heading": "見出しのみ",
    },
    "ko": {
        "codes": "코드", "variables": "변수", "contents": "차례", "definition": "정의",
        "include": "포함", "exclude": "제외", "rules": "판정 규칙", "positive": "예",
        "negative": "해당하지 않는 예", "borderline": "경계 사례", "markets": "시장",
        "variants": "시장별 형태", "aliases": "다른 이름", "unit": "코딩 단위", "type": "유형",
        "values": "값", "missing": "코딩할 수 없을 때", "plan": "신뢰도 계획", "if": "만약",
        "then": "그러면", "else": "아니면", "because": "이유", "code_as": "부여할 코드",
        "constructed": "지어낸 예", "references": "참고 문헌", "instructions": "코딩 방법",
        "asked": "다음일 때만 응답", "hidden": "코더에게 보이지 않음", "heading": "제목 전용",
    },
    "id": {
        "codes": "Kode", "variables": "Variabel", "contents": "Daftar isi",
        "definition": "Definisi", "include": "Termasuk", "exclude": "Tidak termasuk",
        "rules": "Aturan keputusan", "positive": "Contoh", "negative": "Bukan kode ini",
        "borderline": "Kasus batas", "markets": "Pasar", "variants": "Di suatu pasar",
        "aliases": "Nama lain", "unit": "Unit", "type": "Jenis", "values": "Nilai",
        "missing": "Jika tidak dapat dikode", "plan": "Rencana reliabilitas", "if": "Jika",
        "then": "maka", "else": "jika tidak", "because": "karena", "code_as": "kode sebagai",
        "constructed": "buatan", "references": "Daftar pustaka",
        "instructions": "Cara mengode", "asked": "Ditanyakan hanya jika",
        "hidden": "Tidak ditampilkan kepada pengode", "heading": "judul saja",
    },
    "th": {
        "codes": "รหัส", "variables": "ตัวแปร", "contents": "สารบัญ", "definition": "นิยาม",
        "include": "รวมถึง", "exclude": "ไม่รวม", "rules": "เกณฑ์ตัดสิน", "positive": "ตัวอย่าง",
        "negative": "ไม่ใช่รหัสนี้", "borderline": "กรณีก้ำกึ่ง", "markets": "ตลาด",
        "variants": "ในตลาดหนึ่ง", "aliases": "ชื่ออื่น", "unit": "หน่วย", "type": "ชนิด",
        "values": "ค่า", "missing": "หากลงรหัสไม่ได้", "plan": "แผนความเที่ยง", "if": "ถ้า",
        "then": "ให้", "else": "มิฉะนั้น", "because": "เพราะ", "code_as": "ลงรหัสเป็น",
        "constructed": "แต่งขึ้น", "references": "เอกสารอ้างอิง", "instructions": "วิธีลงรหัส",
        "asked": "ถามเฉพาะเมื่อ", "hidden": "ไม่แสดงแก่ผู้ลงรหัส", "heading": "เป็นหัวข้อเท่านั้น",
    },
    "ar": {
        "codes": "الرموز", "variables": "المتغيرات", "contents": "المحتويات",
        "definition": "التعريف", "include": "يشمل", "exclude": "لا يشمل",
        "rules": "قواعد القرار", "positive": "أمثلة", "negative": "ليس هذا الرمز",
        "borderline": "حالات حدّية", "markets": "الأسواق", "variants": "في سوق بعينها",
        "aliases": "أسماء أخرى", "unit": "الوحدة", "type": "النوع", "values": "القيم",
        "missing": "إذا تعذّر الترميز", "plan": "خطة الثبات", "if": "إذا", "then": "فإن",
        "else": "وإلا", "because": "لأن", "code_as": "يُرمَّز", "constructed": "مثال مصنوع",
        "references": "المراجع", "instructions": "كيفية الترميز", "asked": "يُسأل فقط إذا",
        "hidden": "لا يُعرض على المرمّزين", "heading": "عنوان فقط",
    },
    "hi": {
        "codes": "कोड", "variables": "चर", "contents": "विषय-सूची", "definition": "परिभाषा",
        "include": "शामिल", "exclude": "शामिल नहीं", "rules": "निर्णय के नियम",
        "positive": "उदाहरण", "negative": "यह कोड नहीं", "borderline": "सीमावर्ती मामले",
        "markets": "बाज़ार", "variants": "किसी बाज़ार में", "aliases": "अन्य नाम",
        "unit": "इकाई", "type": "प्रकार", "values": "मान", "missing": "यदि कोड न दिया जा सके",
        "plan": "विश्वसनीयता योजना", "if": "यदि", "then": "तो", "else": "अन्यथा",
        "because": "क्योंकि", "code_as": "यह कोड दें", "constructed": "गढ़ा हुआ",
        "references": "संदर्भ", "instructions": "कोड कैसे दें", "asked": "केवल तभी पूछें जब",
        "hidden": "कोडर को नहीं दिखाया जाता", "heading": "केवल शीर्षक",
    },
}  # fmt: skip


def words(lang: str) -> Mapping[str, str]:
    """Return the words of a language (``zh-Hans`` is ``zh``), or the English ones.

    Examples
    --------
    >>> words("zh-Hans")["definition"]
    '定义'
    """
    return WORDS.get(lang.split("-")[0], WORDS["en"])


def direction(lang: str) -> str:
    """Return ``rtl`` for Arabic, Persian, Hebrew and Urdu, else ``ltr``."""
    return "rtl" if lang.split("-")[0] in RIGHT_TO_LEFT else "ltr"
