#pragma OPENCL EXTENSION cl_khr_fp64 : enable  
#pragma OPENCL EXTENSION cl_khr_fp16 : enable  
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void meanScores(__global long *_kernel_context, __constant uchar *_constant_region, __local uchar *_local_region, __global int *_atomics, __global uchar *q, __global uchar *k, __global uchar *scores, __global uchar *dims, __global uchar *scalars)
{
  bool b_33, b_29; 
  float f_73, f_59, f_75, f_78, f_77, f_32, f_80, f_79, f_66, f_34, f_53, f_72; 
  ulong ul_17, ul_52, ul_88, ul_0, ul_2, ul_1, ul_65, ul_4, ul_36, ul_3, ul_8, ul_71, ul_10, ul_9, ul_12, ul_11, ul_15; 
  int i_31, i_37, i_38, i_35, i_41, i_42, i_39, i_40, i_45, i_46, i_43, i_44, i_49, i_50, i_47, i_48, i_54, i_51, i_57, i_58, i_55, i_56, i_61, i_60, i_67, i_74, i_76, i_81, i_82, i_83, i_84, i_89, i_90, i_91, i_5, i_6, i_7, i_13, i_14, i_18, i_16, i_21, i_22, i_19, i_20, i_25, i_26, i_23, i_24, i_30, i_27, i_28; 
  long l_87, l_62, l_63, l_64, l_68, l_69, l_85, l_70, l_86; 

  // BLOCK 0
  ul_0  =  (ulong) q;
  ul_1  =  (ulong) k;
  ul_2  =  (ulong) scores;
  ul_3  =  (ulong) dims;
  ul_4  =  (ulong) scalars;
  i_5  =  get_global_size(0);
  i_6  =  get_global_size(1);
  i_7  =  get_global_size(2);
  ul_8  =  ul_4 + 20L;
  ul_9  =  ul_3 + 32L;
  ul_10  =  ul_3 + 48L;
  ul_11  =  ul_3 + 28L;
  ul_12  =  ul_3 + 24L;
  i_13  =  get_global_id(0);
  i_14  =  get_global_id(1);
  ul_15  =  ul_3 + 52L;
  i_16  =  get_global_id(2);
  ul_17  =  ul_3 + 16L;
  // BLOCK 1 MERGES [0 20 ]
  i_18  =  i_16;
  for(;;)
  {
    i_19  =  *((__global int *) ul_17);
    if(!(i_18 < i_19))
    {
      break;
    }
    // BLOCK 2
    // BLOCK 3 MERGES [2 19 ]
    i_20  =  i_14;
    for(;;)
    {
      i_21  =  *((__global int *) ul_15);
      if(!(i_20 < i_21))
      {
        break;
      }
      // BLOCK 4
      // BLOCK 5 MERGES [4 18 ]
      i_22  =  i_13;
      for(;;)
      {
        i_23  =  *((__global int *) ul_15);
        if(!(i_22 < i_23))
        {
          break;
        }
        // BLOCK 6
        i_24  =  *((__global int *) ul_15);
        i_25  =  *((__global int *) ul_12);
        i_26  =  *((__global int *) ul_11);
        i_27  =  *((__global int *) ul_10);
        i_28  =  *((__global int *) ul_9);
        b_29  =  i_28 == 1;
        if(b_29)
        {
          // BLOCK 7
          i_30  =  i_20;
        }  // B6
        else
        {
          // BLOCK 8
          i_31  =  i_24 + -1;
          i_30  =  i_31;
        }  // B6
        // BLOCK 9 MERGES [7 8 ]
        f_32  =  *((__global float *) ul_8);
        b_33  =  i_30 < i_22;
        if(b_33)
        {
          // BLOCK 10
          f_34  =  f_32;
        }  // B9
        else
        {
          // BLOCK 11
          i_35  =  *((__global int *) ul_17);
          ul_36  =  ul_3 + 20L;
          i_37  =  *((__global int *) ul_36);
          i_38  =  i_27 * i_22;
          i_39  =  i_35 / i_37;
          i_40  =  i_18 / i_39;
          i_41  =  i_25 * i_40;
          i_42  =  i_38 + i_41;
          i_43  =  i_20 * i_27;
          i_44  =  i_43 + i_27;
          i_45  =  i_44 + -1;
          i_46  =  i_18 * i_25;
          i_47  =  i_45 + i_46;
          i_48  =  i_44 - i_25;
          i_49  =  max(0, i_48);
          i_50  =  i_25 - i_38;
          i_51  =  min(i_27, i_50);
          ul_52  =  ul_4 + 16L;
          // BLOCK 12 MERGES [11 16 ]
          f_53  =  0.0F;
          i_54  =  i_49;
          for(;i_54 < i_51;)
          {
            // BLOCK 13
            i_55  =  i_42 + i_54;
            i_56  =  i_55 * i_26;
            i_57  =  i_47 - i_54;
            i_58  =  i_57 * i_26;
            // BLOCK 14 MERGES [13 15 ]
            f_59  =  0.0F;
            i_60  =  0;
            for(;i_60 < i_26;)
            {
              // BLOCK 15
              i_61  =  i_58 + i_60;
              l_62  =  (long) i_61;
              l_63  =  l_62 + 4L;
              l_64  =  l_63 << 2;
              ul_65  =  ul_0 + l_64;
              f_66  =  *((__global float *) ul_65);
              i_67  =  i_56 + i_60;
              l_68  =  (long) i_67;
              l_69  =  l_68 + 4L;
              l_70  =  l_69 << 2;
              ul_71  =  ul_1 + l_70;
              f_72  =  *((__global float *) ul_71);
              f_73  =  fma(f_66, f_72, f_59);
              i_74  =  i_60 + 1;
              f_59  =  f_73;
              i_60  =  i_74;
            }  // B14
            // BLOCK 16
            f_75  =  f_53 + f_59;
            i_76  =  i_54 + 1;
            f_53  =  f_75;
            i_54  =  i_76;
          }  // B12
          // BLOCK 17
          f_77  =  *((__global float *) ul_52);
          f_78  =  f_77 * f_53;
          f_79  =  (float) i_27;
          f_80  =  f_78 / f_79;
          f_34  =  f_80;
        }  // B9
        // BLOCK 18 MERGES [10 17 ]
        i_81  =  i_18 * i_24;
        i_82  =  i_81 + i_20;
        i_83  =  i_82 * i_24;
        i_84  =  i_83 + i_22;
        l_85  =  (long) i_84;
        l_86  =  l_85 + 4L;
        l_87  =  l_86 << 2;
        ul_88  =  ul_2 + l_87;
        *((__global float *) ul_88)  =  f_34;
        i_89  =  i_5 + i_22;
        i_22  =  i_89;
      }  // B5
      // BLOCK 19
      i_90  =  i_6 + i_20;
      i_20  =  i_90;
    }  // B3
    // BLOCK 20
    i_91  =  i_7 + i_18;
    i_18  =  i_91;
  }  // B1
  // BLOCK 21
  return;
}  //  kernel
