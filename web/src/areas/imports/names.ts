import type { Import, ImportFile } from '@/api/types'
import type { Format } from '@/parts/format'

/** The files of an import in one line: a dozen of them would fill a phone. */
export function fileNames({ files }: Import, t: Format['t']): string {
  const names = [...new Set(files.map((x) => x.name))]
  return names.length <= 3 ? names.join(t('customers.between')) : t('imports.files_more', { names: names.slice(0, 2).join(t('customers.between')), count: names.length - 2 })
}

/** What a file is called where each table of a workbook stands by itself. */
export const tableName = (file: ImportFile, files: ImportFile[]): string =>
  file.sheet && files.filter((x) => x.name === file.name).length > 1 ? `${file.name} › ${file.sheet}` : file.name
