import { describe, expect, test } from 'vitest';
import { decodeName } from './name-encoding.ts';

/** The bytes of names as old clients send them, in hexadecimal. */
const NAMES = [
  ['gb18030', '报告.txt', 'b1a8b8e62e747874'],
  ['gb18030', '2024年度财务报告.docx', '32303234c4eab6c8b2c6cef1b1a8b8e62e646f6378'],
  ['gb18030', '合同.pdf', 'bacfcdac2e706466'],
  ['gb18030', '你好.txt', 'c4e3bac32e747874'],
  ['gb18030', '简历-张伟.doc', 'bcf2c0fa2dd5c5ceb02e646f63'],
  ['gb18030', '员工手册.pdf', 'd4b1b9a4cad6b2e12e706466'],
  ['gb18030', '测试.txt', 'b2e2cad42e747874'],
  ['gb18030', '说明书.pdf', 'cbb5c3f7cae92e706466'],
  ['gb18030', '采购订单.xlsx', 'b2c9b9bab6a9b5a52e786c7378'],
  ['gb18030', '总结.txt', 'd7dcbde12e747874'],
  ['gb18030', '价格表 v1.2.csv', 'bcdbb8f1b1ed2076312e322e637376'],
  ['big5', '報告.txt', 'b3f8a7692e747874'],
  ['big5', '會議記錄.pdf', 'b77cc4b3b04fbffd2e706466'],
  ['big5', '台北.txt', 'a578a55f2e747874'],
  ['big5', '測試.txt', 'b4fab8d52e747874'],
  ['big5', '價目表.csv', 'bbf9a5d8aaed2e637376'],
  ['shift_jis', '報告書.txt', '95f18d908f912e747874'],
  [
    'shift_jis',
    '新しいテキスト ドキュメント.txt',
    '905682b582a28365834c83588367208368834c83858381839383672e747874',
  ],
  ['shift_jis', 'ソース.c', '835c815b83582e63'],
  ['shift_jis', '資料 2024.pptx', '8e9197bf20323032342e70707478'],
  ['shift_jis', '日本語.txt', '93fa967b8cea2e747874'],
  ['shift_jis', 'お知らせ.doc', '82a8926d82e782b92e646f63'],
  ['euc-kr', '보고서.txt', 'bab8b0edbcad2e747874'],
  ['euc-kr', '계약서.pdf', 'b0e8bee0bcad2e706466'],
  ['euc-kr', '새 텍스트 문서.txt', 'bbf520c5d8bdbac6ae20b9aebcad2e747874'],
  ['euc-kr', '회의록 2024.docx', 'c8b8c0c7b7cf20323032342e646f6378'],
  ['euc-kr', '한국어.txt', 'c7d1b1b9beee2e747874'],
  ['windows-1251', 'Привет.txt', 'cff0e8e2e5f22e747874'],
  ['windows-1251', 'Договор аренды.pdf', 'c4eee3eee2eef020e0f0e5ede4fb2e706466'],
  ['windows-1251', 'тест.txt', 'f2e5f1f22e747874'],
  ['windows-1252', 'Größe.txt', '4772f6df652e747874'],
  ['windows-1252', 'Fußgängerübergänge.txt', '4675df67e46e676572fc62657267e46e67652e747874'],
  ['windows-1252', 'résumé.pdf', '72e973756de92e706466'],
  ['windows-1252', 'São Paulo.pdf', '53e36f205061756c6f2e706466'],
  ['windows-1252', 'Übung 50€.pdf', 'dc62756e67203530802e706466'],
  ['windows-1252', 'été.txt', 'e974e92e747874'],
  ['windows-1252', 'Äpfel & Öl.txt', 'c47066656c202620d66c2e747874'],
  ['windows-1252', 'Français – ça va.doc', '4672616ee7616973209620e7612076612e646f63'],
  ['windows-1252', 'é.txt', 'e92e747874'],
] as const;

describe('the name of a file whose bytes are not UTF-8', () => {
  test.for(NAMES)('in %s it is read as %s', ([encoding, name, hex]) => {
    const bytes = Buffer.from(hex, 'hex');
    // The bytes of the table are those of the name.
    expect(new TextDecoder(encoding, { fatal: true }).decode(bytes)).toBe(name);
    expect(decodeName(bytes)).toEqual({ text: name, isUnclear: false });
  });

  test.for([
    ['b1ed2e637376', '%B1%ED.csv'],
    ['955c2e786c7378', '%95%5C.xlsx'],
    ['c0eec4c82d6e65772e646f63', '%C0%EE%C4%C8-new.doc'],
  ] as const)(
    'and could be of several, keeps its readable part, and is told from others: %s',
    ([hex, text]) => {
      expect(decodeName(Buffer.from(hex, 'hex'))).toEqual({ text, isUnclear: true });
    },
  );

  test('UTF-8 is read as UTF-8, also where its bytes are words of another encoding', () => {
    for (const name of ['通知.txt', 'Größe.txt', 'һ.txt', 'отчёт.txt', '日本語.txt', '👩🏽‍🚀.txt'])
      expect(decodeName(Buffer.from(name))).toEqual({ text: name, isUnclear: false });
  });

  test('A name as long as the head of a part takes no time', () => {
    const begun = performance.now();
    for (const hex of ['c4e3', '8341', 'b0a1', 'e9', 'cff0'])
      decodeName(Buffer.from(hex.repeat(8_000), 'hex'));
    expect(performance.now() - begun).toBeLessThan(2_000);
  });
});
