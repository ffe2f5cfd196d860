"""Which sentences to record next: of a list of ours, those that bring the most units that the voice has not; it reads no file."""

from collections.abc import Collection, Sequence

from bigmodel.training.synthesis.units import is_mandarin, units_of

NEXT = 10
COMMON = frozenset(["the", "a", "of", "and", "to", "in", "is", "it", "you", "for", "one", "two", "three", "four", "five", "six", "seven", "yes", "no", "red", "blue", "green", "on", "off"])  # fmt: skip

ENGLISH = (
    "Please open the window, it is getting warm in here.", "The first train to the city leaves at half past six.",
    "My brother bought eight green apples and a jar of honey.", "Can you call me back tomorrow after lunch?",
    "We measured the length of every table in the room.", "She usually drinks black coffee with very little milk.",
    "Turn left at the church and walk down to the river.", "Nobody knew why the old clock had stopped at noon.",
    "The children jumped into the pool and laughed loudly.", "I would rather stay at home than drive through the rain.",
    "Thank you for your help, that was very kind of you.", "There were forty people waiting in front of the museum.",
    "His voice sounded strange over the noisy telephone.", "Put the blue box on the highest shelf, not under the bed.",
    "Which of these three questions should we answer first?", "A good friend gave us two tickets for the concert.",
    "The weather report says snow is likely on Thursday.", "How much does a large bowl of soup cost today?",
    "Our teacher asked everybody to read the next chapter.", "He fixed the broken chair with glue and a short rope.",
    "Yes, I think the yellow house belongs to my uncle.", "No, this is not the way to the airport.",
    "They have lived beside the small harbour for years.", "Choose any number between one and a hundred.",
    "The measure of a good plan is how simply it works.", "Do not forget to switch off the light when you go.",
    "Its pages were thin, but the pictures were beautiful.", "Just join us whenever you finish your work.",
    "Zero degrees is cold enough for ice on the pond.", "Seven quiet foxes crossed the field before sunrise.",
)  # fmt: skip
MANDARIN = (
    "今天天气很好，我们一起去公园散步吧。", "请把窗户打开，屋子里有点儿热。", "我每天早上七点钟起床，然后喝一杯牛奶。",
    "他的弟弟在北京大学学习法律。", "这件红色的衣服多少钱？", "下雨了，别忘了带伞出门。", "图书馆前面有一条安静的小路。",
    "昨天晚上我梦见自己会飞。", "老师让同学们把第三课再读一遍。", "妈妈做的饺子又香又好吃。", "火车站离这儿远不远？",
    "我想给远方的朋友写一封长信。", "春天到了，树上开满了粉红的花。", "医生说你应该多休息，少喝咖啡。",
    "那只黑猫悄悄地跳上了桌子。", "我们公司准备明年搬到上海。", "请您稍等，我马上去拿钥匙。", "孩子们在草地上追着一个皮球跑。",
    "这本书一共有四百五十六页。", "冬天的湖面结了一层厚厚的冰。", "你觉得哪一种颜色最适合客厅？", "他用绳子把旧箱子捆得很紧。",
    "飞机将在二十分钟以后降落。", "奶奶坐在门口，慢慢地剥着花生。", "我对音乐和体育都很感兴趣。", "银行旁边新开了一家面包店。",
    "如果明天不刮风，我们就去爬山。", "警察耐心地给游客指路。", "这道数学题太难了，谁能解释一下？", "谢谢你的帮助，祝你一切顺利。",
)  # fmt: skip


def next_sentences(known: Collection[str], texts: Sequence[str]) -> list[str]:
    """Return sentences whose units are not among the known ones, those that bring most first; none in a language without a list.

    Args:
        known: keys of units that there is a piece for.
        texts: what was recorded; it tells the language.
    """
    if is_mandarin(texts):
        candidates = list(MANDARIN)
    elif COMMON & set(known):
        candidates = list(ENGLISH)
    else:
        return []
    have, chosen = set(known), list[str]()
    while candidates and len(chosen) < NEXT:
        brings = [len({unit.key for unit in units_of(text)} - have) for text in candidates]
        if not max(brings):
            break
        best = candidates.pop(brings.index(max(brings)))
        have |= {unit.key for unit in units_of(best)}
        chosen.append(best)
    return chosen
